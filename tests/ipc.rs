//! The desk's commands through Tauri's own machinery, on its mock runtime: what the window's `invoke` meets.

use std::sync::Arc;

use copydesk_desk::app::App;
use copydesk_desk::env::{FixedClock, Surroundings};
use copydesk_desk::host::Silent;
use copydesk_desk::wire::Lang;
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{WebviewUrl, WebviewWindow, WebviewWindowBuilder};

fn window(
    desk: &std::path::Path,
    data: &std::path::Path,
) -> (tauri::App<MockRuntime>, WebviewWindow<MockRuntime>) {
    let surroundings = Surroundings {
        data_dir: data.to_owned(),
        author: Some("Ada".into()),
        lang: Some(Lang::Fr),
        system_lang: Lang::Fr,
        clock: Arc::new(FixedClock("2026-11-22T14:32:00Z".parse().unwrap())),
    };
    let app = Arc::new(App::start(surroundings, Arc::new(Silent), Some(desk), None));
    let shell = Arc::default();
    let app = copydesk_window::build(mock_builder(), app, shell).build(tauri::generate_context!()).unwrap();
    let window = WebviewWindowBuilder::new(&app, "main", WebviewUrl::default()).build().unwrap();
    (app, window)
}

fn invoke(
    window: &WebviewWindow<MockRuntime>,
    url: &str,
    command: &str,
    body: Value,
) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: command.into(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().unwrap(),
        body: InvokeBody::Json(body),
        headers: tauri::http::HeaderMap::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    tauri::test::get_ipc_response(window, request).map(|body| body.deserialize().unwrap())
}

const OWN: &str = "tauri://localhost";

#[test]
fn the_window_calls_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("desk")).unwrap();
    std::fs::write(folder.path().join("desk/port.md"), "Une phrase.\n").unwrap();
    let (_app, window) = window(&folder.path().join("desk"), &folder.path().join("data"));
    let call = |name: &str, args: Value| invoke(&window, OWN, "call", json!({"name": name, "args": args}));

    let view = call("open_article", json!({"path": "port.md"})).unwrap();
    assert_eq!(view["body"], json!("Une phrase.\n"));
    let refused = call("open_article", json!({"path": "../x.md"})).unwrap_err();
    assert_eq!(refused["code"], json!("not_an_article"));
    assert!(refused["message"].as_str().unwrap().contains("../x.md"));
    assert_eq!(call("nonsense", json!({})).unwrap_err()["code"], json!("bad_call"));
}

#[test]
fn no_other_origin_and_no_other_command_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (_app, window) = window(folder.path(), &folder.path().join("data"));
    let args = json!({"name": "library", "args": {"since": 0}});
    assert!(invoke(&window, OWN, "call", args.clone()).is_ok());
    assert!(invoke(&window, "https://example.org", "call", args).is_err());
    for command in
        ["plugin:dialog|open", "plugin:event|emit", "plugin:window|close", "plugin:fs|read_file", "other"]
    {
        assert!(invoke(&window, OWN, command, json!({})).is_err(), "{command}");
    }
}
