//! A module of the core uses only modules of lower floors; `lib.rs` says which floor each is on.
// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn modules_use_only_lower_floors() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = read(&source.join("lib.rs"));
    let floors = floors(&lib);
    let modules: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(modules.len() > 10, "lib.rs lists its modules");

    for module in modules {
        let floor = *floors.get(module).unwrap_or_else(|| panic!("{module} has no floor in the table of lib.rs"));
        for used in uses(&text_of(&source, module)) {
            let below =
                *floors.get(used.as_str()).unwrap_or_else(|| panic!("{module} uses {used}, which has no floor"));
            // `diagnostics`, `error` and `limits` describe each other; everything above looks down.
            let allowed = below < floor || used == module || (floor == 0 && below == 0);
            assert!(allowed, "{module} (floor {floor}) uses {used} (floor {below})");
        }
    }
}

/// The table in the crate's documentation: `| 1 | [`sse`], [`envelope`] |`.
fn floors(lib: &str) -> BTreeMap<String, u32> {
    let mut floors = BTreeMap::new();
    for row in lib.lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let mut cells = row.split('|');
        let Some(Ok(floor)) = cells.next().map(|cell| cell.trim().parse()) else { continue };
        let names = cells.next().unwrap_or_default().split("[`").skip(1);
        floors.extend(names.filter_map(|name| Some((name.split_once("`]")?.0.to_owned(), floor))));
    }
    floors
}

fn text_of(source: &Path, module: &str) -> String {
    let file = source.join(format!("{module}.rs"));
    if file.exists() {
        return read(&file);
    }
    text_below(&source.join(module))
}

fn text_below(folder: &Path) -> String {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| if path.is_dir() { text_below(&path) } else { read(&path) }).collect()
}

/// Names after `crate::`, tests left out: they may use anything.
fn uses(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let name = |rest: &str| rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    code.split("crate::").skip(1).map(name).filter(|name: &String| !name.is_empty()).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
