"""What Python's `smtplib` says of a server: `python3 smtplib_client.py HOST PORT`. It prints what it is told."""

import smtplib
import sys
from email.message import EmailMessage

DOTS = ".\n..\n.dot\n\nlast\n.\n"


def refusal(send):
    try:
        send()
    except smtplib.SMTPRecipientsRefused as error:
        return error.recipients
    except smtplib.SMTPResponseException as error:
        return error.smtp_code
    except smtplib.SMTPNotSupportedError as error:
        return str(error)
    return "accepted"


with smtplib.SMTP(sys.argv[1], int(sys.argv[2]), local_hostname="client.example.net", timeout=30) as server:
    server.ehlo()
    print("offers", " ".join(sorted(name for name in server.esmtp_features)))
    print("starttls", refusal(server.starttls))
    three = ["ann@example.org", "nobody@example.org", "bob@example.org"]
    refused = server.sendmail("alice@example.net", three, "Subject: dots\n\n" + DOTS)
    print("refused", refused)
    print("nobody", refusal(lambda: server.sendmail("alice@example.net", ["nobody@example.org"], "hello")))
    print("full", refusal(lambda: server.sendmail("alice@example.net", ["full@example.org"], "hello")))
    eight_bit = "Subject: 8 bit\r\n\r\nGrüße\r\n".encode()
    print("8bit", server.sendmail("alice@example.net", ["ann@example.org"], eight_bit, mail_options=["BODY=8BITMIME"]))
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "grüße@example.net", "用户@example.org", "Grüße"
    message.set_content("hello\n")
    print("utf8", server.send_message(message))
    bare = b"Subject: bare\n\nline feeds\n"
    print("bare", refusal(lambda: server.sendmail("alice@example.net", ["ann@example.org"], bare)))
    print("null", server.sendmail("", ["ann@example.org"], "Subject: a report\n\nit bounced\n"))
    print("verify", server.verify("ann@example.org")[0], "expand", server.expn("list")[0], "help", server.help()[:0])
    print("noop", server.noop()[0])
