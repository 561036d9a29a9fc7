//! The page, in a browser.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::{RUN, TAGS, directory};

/// Nothing is loaded from elsewhere.
#[test]
fn is_self_contained() {
    let page = RUN.text("memory.html");
    for attribute in ["src=", "href=", "url(", "@import", "fetch(", "import("] {
        for (at, _) in page.match_indices(attribute) {
            let value = &page[at + attribute.len()..];
            assert!(value.starts_with("\"data:"), "{attribute}{:.60}", value);
        }
    }
    // The address of the format's name, which nobody loads.
    assert_eq!(page.matches("://").count(), page.matches("http://www.w3.org/2000/svg").count());
}

/// Opens a page in a browser without a window and without a network.
fn opened(page: &Path, option: &str) -> Option<Output> {
    // One for each, since tests run at the same time.
    let profile = directory(&format!("browser of {}", page.file_stem().unwrap().to_string_lossy()));
    for browser in ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"] {
        let mut command = Command::new(browser);
        command
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--enable-logging=stderr",
                "--v=0",
            ])
            .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1160,1150", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(option)
            .arg(format!("file://{}", page.display()));
        if let Ok(output) = command.output() {
            return Some(output);
        }
    }
    skipped!("no chromium and no Google Chrome");
    None
}

/// What the page has printed to the console, its errors included.
fn console(output: &Output) -> Vec<String> {
    let log = String::from_utf8_lossy(&output.stderr);
    log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect()
}

/// The part of a page from `start` up to `end`.
#[track_caller]
fn part<'d>(dom: &'d str, start: &str, end: &str) -> &'d str {
    let rest = &dom[dom.find(start).unwrap_or_else(|| panic!("no {start} in {dom}"))..];
    &rest[..rest.find(end).expect("an end")]
}

#[test]
fn shows_each_tag() {
    let file = RUN.directory.join("memory.html");
    let Some(output) = opened(&file, "--dump-dom") else { return };
    let dom = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(console(&output), [""; 0]);
    // Made by the script, from the data.
    let legend = part(&dom, "id=\"legend\"", "</table>");
    let rows: Vec<&str> = legend.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), TAGS.len(), "{legend}");
    for (row, tag) in rows.iter().zip(TAGS.iter().rev()) {
        assert!(row.contains(&format!("</i>{tag}</td>")), "{tag}: {row}");
        assert_eq!(row.matches("bytes</td>").count() + row.matches("iB</td>").count(), 3, "{row}");
    }
    // The file over the limit, by its name.
    let refused = part(&dom, "id=\"refused\"", "</section>");
    assert!(!refused.contains("hidden"), "{refused}");
    assert!(refused.contains("huge &amp; 'odd'; `name` &amp; äöü.rs</td>"), "{refused}");
    // The picture: a band and a line for each tag, labels with their units.
    let picture = part(&dom, "<svg ", "</svg>");
    assert_eq!(picture.matches("<polygon").count(), TAGS.len(), "{picture}");
    assert!(picture.contains("live bytes in MiB") && picture.contains("time in seconds"));
    let facts = part(&dom, "id=\"facts\"", "</section>");
    assert!(facts.contains("2.00 MiB") && facts.contains("file over the limit"), "{facts}");
}

/// The figures below the pointer, and that an error would be noticed here.
#[test]
fn answers_the_pointer() {
    let page = RUN.text("memory.html");
    let point = "<script>document.querySelector('#chart svg').dispatchEvent(
        new PointerEvent('pointermove', { clientX: 600, clientY: 400 }));</script></body>";
    let file = directory("pointer").join("pointer.html");
    fs::write(&file, page.replace("</body>", point)).unwrap();
    let Some(output) = opened(&file, "--dump-dom") else { return };
    assert_eq!(console(&output), [""; 0]);
    let dom = String::from_utf8(output.stdout).unwrap();
    let tip = part(&dom, "id=\"tip\"", "</table>");
    assert!(tip.contains("visible") && tip.contains(">after "), "{tip}");
    assert!(TAGS.iter().all(|tag| tip.contains(&format!("</i>{tag}</td>"))), "{tip}");

    fs::write(&file, page.replace("\"use strict\";", "\"use strict\"; undefined_name();")).unwrap();
    let console = console(&opened(&file, "--dump-dom").unwrap());
    assert!(console.iter().any(|line| line.contains("undefined_name is not defined")), "{console:?}");
}
