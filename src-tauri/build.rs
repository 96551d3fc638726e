//! Tells Tauri where the capabilities are, and makes sure that the interface's folder exists.

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=tauri.conf.json");
    println!("cargo:rerun-if-changed=ui/dist");
    std::fs::create_dir_all("ui/dist").expect("ui/dist can be made");
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("src-tauri/capabilities/**/*")
            .app_manifest(tauri_build::AppManifest::new().commands(&["call"])),
    )
    .expect("tauri.conf.json and the capabilities are valid");
}
