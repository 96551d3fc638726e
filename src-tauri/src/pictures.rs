//! Serves pictures to the window: images of the open desk, and typeset pages. Nothing else has an address.

use copydesk_desk::app::App;
use percent_encoding::percent_decode_str;
use tauri::http::{Response, StatusCode, header};

/// The scheme of pictures.
pub const SCHEME: &str = "preview-img";

/// Answers one address: `/desk/<path>` or `/page/<job>/<n>.png`.
pub fn answer(app: &App, address: &str) -> Response<Vec<u8>> {
    let found = match address.trim_start_matches('/').split_once('/') {
        Some(("desk", path)) => percent_decode_str(path)
            .decode_utf8()
            .ok()
            .and_then(|path| app.desk_image(&path))
            .map(|image| (image.kind.media(), image.bytes)),
        Some(("page", _)) => app
            .page_picture(address.trim_start_matches('/'))
            .map(|bytes| ("image/png", bytes.as_ref().clone())),
        _ => None,
    };
    let response = Response::builder()
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; style-src 'unsafe-inline'")
        .header(header::CACHE_CONTROL, "no-cache");
    let response = match found {
        Some((media_type, bytes)) => response.header(header::CONTENT_TYPE, media_type).body(bytes),
        None => response.status(StatusCode::NOT_FOUND).body(Vec::new()),
    };
    response.expect("constant headers are valid")
}
