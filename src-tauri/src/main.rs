//! `copydesk-window`: the window on a folder or an article.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    copydesk_window::main()
}
