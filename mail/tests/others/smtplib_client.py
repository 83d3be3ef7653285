"""What Python's `smtplib` is told by a server: `python3 smtplib_client.py HOST PORT`."""

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


HOST, PORT = sys.argv[1], int(sys.argv[2])
with smtplib.SMTP(HOST, PORT, local_hostname="client.example.net", timeout=600) as server:
    server.ehlo()
    print("offers", " ".join(sorted(name for name in server.esmtp_features)))
    print("starttls", refusal(server.starttls))
    three = ["ann@example.org", "unknown@example.org", "bob@example.org"]
    refused = server.sendmail("alice@example.net", three, "Subject: dots\n\n" + DOTS)
    print("refused", refused)
    for name, to in [("alone", "unknown@example.org"), ("full", "full@example.org")]:
        print(name, refusal(lambda: server.sendmail("alice@example.net", [to], "hello")))
    eight_bit = "Subject: 8 bit\r\n\r\nGrüße\r\n".encode()
    to, options = ["ann@example.org"], ["BODY=8BITMIME"]
    print("8bit", server.sendmail("alice@example.net", to, eight_bit, mail_options=options))
    message = EmailMessage()
    message["From"], message["To"] = "grüße@example.net", "用户@example.org"
    message["Subject"] = "Grüße"
    message.set_content("hello\n")
    print("utf8", server.send_message(message))
    bare = b"Subject: bare\n\nline feeds\n"
    print("bare", refusal(lambda: server.sendmail("alice@example.net", ["ann@example.org"], bare)))
    print("null", server.sendmail("", ["ann@example.org"], "Subject: a report\n\nit bounced\n"))
    verified, expanded = server.verify("ann@example.org")[0], server.expn("list")[0]
    print("verify", verified, "expand", expanded, "help", server.help()[:0])
    print("noop", server.noop()[0])
