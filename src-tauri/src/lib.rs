//! The shell: the only Rust that names Tauri. It opens one window, answers its calls from [`copydesk_desk`], serves
//! pictures, and keeps the window's box. It decides nothing about articles.

#[cfg(target_os = "linux")]
mod compositor;
mod engine;
mod host;
mod pictures;
#[cfg(target_os = "linux")]
mod portal;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use copydesk_desk::app::App;
use copydesk_desk::commands;
use copydesk_desk::env::Surroundings;
use copydesk_desk::wire;
use tauri::{Manager, RunEvent, Runtime, State};

use crate::host::Shell;

/// What the window calls: one command that carries the desk's table.
#[tauri::command]
async fn call(
    app: State<'_, Arc<App>>,
    name: String,
    args: serde_json::Value,
) -> Result<tauri::ipc::Response, wire::Problem> {
    let app = Arc::clone(&app);
    let lang = app.lang();
    // Commands read and write files, parse and typeset: none of that on the threads that answer.
    tauri::async_runtime::spawn_blocking(move || commands::dispatch(&app, &name, args))
        .await
        .map_err(|panic| crashed(&panic.to_string()).wire(lang))?
        .map(tauri::ipc::Response::new)
        .map_err(|problem| problem.wire(lang))
}

fn crashed(why: &str) -> copydesk_desk::error::Problem {
    copydesk_desk::error::Problem::new(
        "crashed",
        (format!("Copydesk a rencontré une erreur ({why})."), "Votre texte est gardé en brouillon."),
        (format!("Copydesk met an error ({why})."), "Your text is kept as a draft."),
    )
}

/// Builds the program on any Tauri runtime, so that tests can run it without a window.
pub fn build<R: Runtime>(
    builder: tauri::Builder<R>,
    app: Arc<App>,
    shell: Arc<Shell<R>>,
) -> tauri::Builder<R> {
    let pictures = Arc::clone(&app);
    builder
        .plugin(tauri_plugin_dialog::init())
        .manage(app)
        .manage(shell)
        .invoke_handler(tauri::generate_handler![call])
        .register_asynchronous_uri_scheme_protocol(pictures::SCHEME, move |_context, request, responder| {
            let app = Arc::clone(&pictures);
            let address = request.uri().path().to_owned();
            tauri::async_runtime::spawn_blocking(move || responder.respond(pictures::answer(&app, &address)));
        })
}

/// The sample newsroom that came with the program: where the system keeps such things, else beside the program, where
/// a build leaves it.
fn sample_desk(context: &tauri::Context) -> Option<PathBuf> {
    let installed =
        tauri::utils::platform::resource_dir(context.package_info(), &tauri::utils::Env::default());
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(std::path::Path::parent).map(PathBuf::from);
    let folders = installed.ok().into_iter().chain(beside);
    folders.map(|folder| folder.join("articles")).find(|folder| folder.is_dir())
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let target = args.next().map(PathBuf::from);
    if target.as_deref().is_some_and(|arg| arg == "--version" || arg == "-V") {
        println!("copydesk {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let surroundings = match Surroundings::from_process() {
        Ok(surroundings) => surroundings,
        Err(problem) => {
            eprintln!("copydesk-window: {problem}");
            return ExitCode::from(2);
        }
    };
    // Other systems' engines choose by themselves.
    #[cfg(target_os = "linux")]
    compositor::choose();
    let mut context = tauri::generate_context!();
    let sample = sample_desk(&context);
    let shell = Arc::new(Shell::<tauri::Wry>::default());
    let host: Arc<dyn copydesk_desk::host::Host> = Arc::clone(&shell) as Arc<_>;
    let app = Arc::new(App::start(surroundings, host, target.as_deref(), sample.as_deref()));
    if app.hand_over() {
        return ExitCode::SUCCESS;
    }
    if cfg!(chaos_mutant = "no_csp") {
        context.config_mut().app.security.csp = None;
    }
    let built =
        build(tauri::Builder::default(), Arc::clone(&app), Arc::clone(&shell)).setup(move |tauri_app| {
            shell.attach(tauri_app.handle().clone());
            window::open(tauri_app.handle())?;
            window::watch_signals(tauri_app.handle().clone());
            #[cfg(target_os = "linux")]
            portal::follow_scheme();
            Ok(())
        });
    // GTK registers the program in there.
    #[cfg(target_os = "linux")]
    let unasked = portal::Unasked::begin();
    let built = built.build(context);
    #[cfg(target_os = "linux")]
    drop(unasked);
    match built {
        Ok(running) => {
            running.run(|handle, event| {
                if let RunEvent::Exit = event {
                    handle.state::<Arc<App>>().settle();
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("copydesk-window: the window could not be opened: {error}. Is a display there?");
            ExitCode::from(3)
        }
    }
}
