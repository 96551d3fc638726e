//! What comes into the copy from outside, in the real window: formatted text over the system's clipboard, pictures by
//! paste and by drop.

use base64::Engine;
use serde_json::json;

use super::{Room, Window};

const EDITOR: &str = "[data-testid=\"editor\"] .cm-content";
const PNG: &[u8] = include_bytes!("../../src-tauri/icons/32x32.png");

/// What Word puts on the clipboard, shortened.
const WORD: &str = "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><meta name=Generator content='Microsoft Word 15'>\
    <style>p.MsoNormal{margin:0cm}</style></head><body lang=FR><!--StartFragment--><h2>Un intertitre<o:p></o:p></h2>\
    <p class=MsoNormal>Du <b>gras</b>, de <i>l’italique</i> et un <a href='https://www.exemple.fr/page'>lien</a>.<o:p></o:p></p>\
    <p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>Premier<o:p></o:p></p>\
    <p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>Second<o:p></o:p></p>\
    <!--EndFragment--></body></html>";

/// The same from Google Docs.
const DOCS: &str = "<meta charset='utf-8'><b style='font-weight:normal' id='docs-internal-guid-1'>\
    <h2 dir='ltr'><span style='font-weight:400'>Un intertitre</span></h2>\
    <p dir='ltr'><span>Du </span><span style='font-weight:700'>gras</span><span>, de </span><span style='font-style:italic'>l’italique</span>\
    <span> et un </span><a href='https://www.exemple.fr/page'><span>lien</span></a><span>.</span></p>\
    <ul><li dir='ltr'><p dir='ltr'><span>Premier</span></p></li><li dir='ltr'><p dir='ltr'><span>Second</span></p></li></ul></b>";

const WANTED: &str = "## Un intertitre\n\nDu **gras**, de *l’italique* et un [lien](https://www.exemple.fr/page).\n\n- Premier\n- Second";

/// A file of the page, and the event that brings it; `arguments`: the bytes in base64, the kind of event.
const BRING: &str = "
    const [bytes, kind] = arguments;
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'Vue du port.png', { type: 'image/png' }));
    const content = document.querySelector('[data-testid=\"editor\"] .cm-content');
    const box = content.getBoundingClientRect();
    const event = kind === 'paste'
        ? new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data })
        : new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data,
            clientX: box.left + 5, clientY: box.top + 5 });
    content.dispatchEvent(event);
    return event.defaultPrevented;";

async fn empty(room: &Room) -> Window {
    let window = Window::open(room).await;
    window.click("[data-testid=\"article-item\"][data-path=\"ville/port.md\"]").await;
    window.wait_text(EDITOR, "Avant.").await;
    window.click(EDITOR).await;
    window.press("ctrl+end").await;
    window
}

/// Copies HTML to the system's clipboard as another program would, with keys, and pastes it with keys.
async fn over_the_clipboard(html: &str) {
    let room = Room::new().with("ville/port.md", "Avant.\n\n");
    let window = empty(&room).await;
    let offer = "const html = arguments[0];
        document.addEventListener('copy', (event) => {
            event.clipboardData.setData('text/html', html);
            event.clipboardData.setData('text/plain', 'sans mise en forme');
            event.preventDefault();
            event.stopImmediatePropagation();
        }, { capture: true, once: true });";
    window.client.execute(offer, vec![json!(html)]).await.expect("a copy is offered");
    window.press("ctrl+c").await;
    window.press("ctrl+v").await;
    room.wait_file("ville/port.md", |text| text == format!("Avant.\n\n{WANTED}")).await;
}

#[tokio::test]
async fn what_word_copies_is_pasted_as_markdown() {
    over_the_clipboard(WORD).await;
}

#[tokio::test]
async fn what_google_docs_copies_is_pasted_as_markdown() {
    over_the_clipboard(DOCS).await;
}

#[tokio::test]
async fn a_picture_comes_in_by_paste_and_by_drop() {
    for kind in ["paste", "drop"] {
        let room = Room::new().with("ville/port.md", "Avant.\n");
        let window = empty(&room).await;
        let bytes = base64::engine::general_purpose::STANDARD.encode(PNG);
        let taken = window.client.execute(BRING, vec![json!(bytes), json!(kind)]).await.expect("the event");
        assert_eq!(taken, json!(true), "{kind} is taken");
        room.wait_file("ville/port.md", |text| text.contains("](images/vue-du-port.png)")).await;
        let kept = std::fs::read(room.desk().join("ville/images/vue-du-port.png"));
        assert_eq!(kept.expect("the picture beside the article"), PNG, "{kind}");
        // It is shown in the preview, from the desk.
        let shown = "[...document.querySelectorAll('[data-testid=\"preview\"] img')].some((image) => image.naturalWidth === 32)";
        window.wait_eval(shown, true).await;
    }
}
