//! Whether another program still has a file open for writing.

use std::fs::File;

/// Whether another process that this one may look at has the file open for writing, though it has no name any more.
///
/// `/proc` says what each process has open by the name that the file had last; that of a temporary file is given once.
/// A process of another person, or one that sees other mounts, is not found.
#[cfg(target_os = "linux")]
#[must_use]
pub fn has_writer(file: &File) -> bool {
    use std::os::fd::AsRawFd;
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    let Ok(name) = std::fs::read_link(own) else { return false };
    let me = std::process::id().to_string();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter(|entry| entry.file_name().to_str().is_some_and(|pid| is_number(pid) && pid != me)).any(
        |process| {
            let open = std::fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
            open.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|held| held == name)).any(|fd| {
                let about = process.path().join("fdinfo").join(fd.file_name());
                std::fs::read_to_string(about).is_ok_and(|about| may_write(&about))
            })
        },
    )
}

/// Not known elsewhere.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn has_writer(_: &File) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The flags of an open file, octal: its last two bits say how it was opened, and 0 is for reading (proc(5)).
#[cfg(target_os = "linux")]
fn may_write(about: &str) -> bool {
    let flags = about.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).is_some_and(|flags| flags & 0o3 != 0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn who_may_write_is_told_from_who_reads() {
        let folder = tempfile::tempdir().unwrap();
        for (how, writes) in [(">>", true), ("<>", true), ("<", false)] {
            let path = folder.path().join("a.md");
            std::fs::write(&path, "Un.\n").unwrap();
            let file = File::open(&path).unwrap();
            assert!(!has_writer(&file));
            let mut shell = Command::new("sh")
                .args(["-c", &format!("exec 3{how} a.md; echo open; read rest")])
                .current_dir(folder.path())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut line = String::new();
            BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
            std::fs::remove_file(&path).unwrap();
            assert_eq!(has_writer(&file), writes, "{how}");
            drop(shell.stdin.take());
            shell.wait().unwrap();
            assert!(!has_writer(&file), "{how}");
        }
    }

    #[test]
    fn flags_are_octal() {
        assert!(may_write("pos:\t0\nflags:\t0100001\n") && may_write("flags:\t02\n"));
        assert!(!may_write("pos:\t1\nflags:\t0100000\n") && !may_write("") && !may_write("flags:\t9\n"));
    }
}
