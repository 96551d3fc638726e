//! Measures Copydesk beside its peers, in turns within one run, and prints one table in Markdown.
//! `cargo xtask bench` builds and starts it; it judges nothing but says which target of the project is met.

mod copy;
mod diffs;
mod parts;
mod process;
mod review;
mod store;
mod table;
mod window;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use table::Table;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [programs, peer_script, work, rest @ ..] = args.as_slice() else {
        eprintln!(
            "copydesk-bench PROGRAMS-FOLDER PEER-SCRIPT WORK-FOLDER [parts] [diff] [store] [process] [window] [start] [typing] [rest]"
        );
        return ExitCode::from(2);
    };
    let wanted = |group: &str| rest.is_empty() || rest.iter().any(|arg| arg == group);
    let (programs, work) = (PathBuf::from(programs), PathBuf::from(work));
    if let Err(error) = std::fs::create_dir_all(&work) {
        eprintln!("copydesk-bench: {}: {error}", work.display());
        return ExitCode::from(2);
    }
    let mut table = Table::default();
    if wanted("parts") {
        parts::measure(&mut table);
        review::measure(&mut table);
        if let Err(error) = review::desk(&work, &mut table) {
            table.missing("review of a desk", &error.to_string());
        }
    }
    if wanted("diff")
        && let Err(error) = diffs::measure(&work, &mut table)
    {
        table.missing("diff", &error.to_string());
    }
    if wanted("store")
        && let Err(error) = store::measure(&work, &mut table)
    {
        table.missing("saves and history", &error.to_string());
    }
    if wanted("process")
        && let Err(error) = parts::exports(&programs.join("copydesk"), &work, &mut table)
    {
        table.missing("exports", &error.to_string());
    }
    let shown: Vec<window::Part> =
        window::Part::ALL.into_iter().filter(|part| wanted("window") || wanted(part.name())).collect();
    if !shown.is_empty() {
        let paths = window::Paths {
            window: programs.join("copydesk-window"),
            minibrowser: minibrowser(),
            peer_script: PathBuf::from(peer_script),
            work,
        };
        if let Err(error) = window::measure(&paths, &shown, 7, &mut table) {
            table.missing("windows", &error.to_string());
        }
    }
    println!("{}", surroundings());
    println!("{}", table.markdown());
    ExitCode::SUCCESS
}

/// WebKitGTK's example browser, where the distribution puts it.
fn minibrowser() -> PathBuf {
    let multiarch = format!("/usr/lib/{}-linux-gnu/webkit2gtk-4.1/MiniBrowser", std::env::consts::ARCH);
    PathBuf::from(multiarch)
}

fn surroundings() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let versions: Vec<String> = [
        ("dpkg-query", &["-W", "-f", "WebKitGTK ${Version}", "libwebkit2gtk-4.1-0"][..]),
        ("dpkg-query", &["-W", "-f", "ghostwriter ${Version}", "ghostwriter"]),
        ("dpkg-query", &["-W", "-f", "pandoc ${Version}", "pandoc"]),
        ("dpkg-query", &["-W", "-f", "weasyprint ${Version}", "weasyprint"]),
        ("rustc", &["--version"]),
    ]
    .iter()
    .filter_map(|(program, args)| {
        let out = Command::new(program).args(*args).output().ok()?;
        out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
    })
    .collect();
    format!(
        "{} · {cores} cores · load at the end {}\n",
        versions.join(" · "),
        load.split_whitespace().next().unwrap_or("unknown")
    )
}
