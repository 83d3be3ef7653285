//! The unit file, with a systemd that runs: in a container of its own, whose files are those of
//! this machine, but for what is changed in it, which is kept in memory.
#![cfg(target_os = "linux")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The tree of files of the container: this machine's below, and in memory what is changed.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn mount() -> Files {
        let folder = tempfile::tempdir().expect("a folder");
        mount(&["-t", "tmpfs", "tmpfs"], folder.path());
        for name in ["changed", "work", "root"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let path = folder.path().display();
        let layers = format!("lowerdir=/,upperdir={path}/changed,workdir={path}/work");
        mount(&["-t", "overlay", "-o", &layers, "overlay"], &folder.path().join("root"));
        Files { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.root().join(path), text).expect("a file");
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        for path in [&self.root(), self.folder.path()] {
            let _ = Command::new("umount").arg("--lazy").arg(path).status();
        }
    }
}

fn mount(options: &[&str], path: &Path) {
    let mounted = Command::new("mount").args(options).arg(path).status().expect("mount");
    assert!(mounted.success(), "this needs root");
}

/// What is done in the container, and what is seen there: a line for each.
const SCRIPT: &str = r#"
say() { echo "$*" >> /result; }
property() { systemctl show --property "$1" --value mail2alert; }
until_it_is() { until [ "$(property ActiveState)" = "$1" ]; do sleep 0.1; done; }
accepts_mail() {
    until smtp-source -f ci@example.org -t ann@example.com 127.0.0.1:2525; do sleep 0.1; done
}

smtp-sink -u daemon 127.0.0.1:2626 10 &
systemctl start mail2alert
accepts_mail
program=/proc/$(property MainPID)
[ "$(stat --format %u "$program")" -ne 0 ] && say it has a user of its own
grep --quiet --null-data '^GO_PASSWORD=secret$' "$program/environ" && say it has the password
[ "$(stat --format %u /var/lib/mail2alert/ledger)" = "$(stat --format %u "$program")" ] &&
    say the ledger is its own
nsenter --target "$(property MainPID)" --mount touch /usr/file /etc/file ||
    say it sees the system read-only

kill -9 "$(property MainPID)"
until [ "$(property NRestarts)" -eq 1 ]; do sleep 0.1; done
accepts_mail
say after kill -9 it is back
[ "$(grep --count sent /var/lib/mail2alert/ledger)" -eq 2 ] && say the ledger has outlived it

systemctl stop mail2alert
say stopped: "$(property Result)"

sed --in-place 's/^listen = .*/listen = "192.0.2.1:25"/' /etc/mail2alert.toml
systemctl start mail2alert
until [ "$(property NRestarts)" -ge 8 ]; do sleep 0.1; done
sed --in-place 's/^listen = .*/listen = "127.0.0.1:2525"/' /etc/mail2alert.toml
accepts_mail
say after eight starts that failed it is there

systemctl stop mail2alert
sed --in-place 's/^hops/hopps/' /etc/mail2alert.toml
systemctl start mail2alert
until_it_is failed
sleep 1
say wrong configuration: status "$(property ExecMainStatus)", "$(property NRestarts)" restarts
"#;

/// Runs the script when the system has come up, and ends the container with it.
const CHECK: &str = "\
[Unit]
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
ExecStart=/bin/bash /check.sh
TimeoutStartSec=1000
";

#[test]
#[ignore = "needs root, systemd-nspawn, smtp-source and smtp-sink"]
fn it_runs_as_a_service_of_systemd() {
    let files = Files::mount();
    let root = files.root();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(here.join(name)).expect("a file");
    let program = root.join("usr/local/bin/mail2alert");
    fs::copy(env!("CARGO_BIN_EXE_mail2alert"), program).expect("the program");
    files.write("etc/systemd/system/mail2alert.service", &read("systemd/mail2alert.service"));
    // Only so that nothing here takes seconds.
    fs::create_dir(root.join("etc/systemd/system/mail2alert.service.d")).expect("a folder");
    let sooner = "[Service]\nRestartSec=0.2\n";
    files.write("etc/systemd/system/mail2alert.service.d/sooner.conf", sooner);
    let config = read("mail2alert.toml")
        .replace("mail.example.com:25", "127.0.0.1:2626")
        .replace("ci.example.com:8153", "127.0.0.1:8153");
    files.write("etc/mail2alert.toml", &config);
    files.write("etc/mail2alert.env", "GO_PASSWORD=secret\n");
    files.write("etc/systemd/system/check.service", CHECK);
    files.write("check.sh", SCRIPT);

    let mut container = Command::new("timeout");
    // Far longer than it takes on any machine.
    container.args(["1100", "systemd-nspawn", "--quiet", "--boot", "--private-network"]);
    container.args(["--register=no", "--machine=mail2alert-check", "--console=pipe"]);
    if !Path::new("/run/systemd/system").exists() {
        container.arg("--keep-unit"); // there is no systemd outside that could give it one
    }
    container.arg("--directory").arg(&root).args(["--", "--unit=check.service"]);
    let output = container.output().expect("systemd-nspawn");
    let seen = fs::read_to_string(root.join("result")).unwrap_or_default();
    assert_eq!(
        seen.lines().collect::<Vec<_>>(),
        [
            "it has a user of its own",
            "it has the password",
            "the ledger is its own",
            "it sees the system read-only",
            "after kill -9 it is back",
            "the ledger has outlived it",
            "stopped: success",
            "after eight starts that failed it is there",
            "wrong configuration: status 2, 0 restarts",
        ],
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}
