//! `/metrics` and `/memory`.

use std::collections::{HashMap, HashSet};

use janus_alloc::by_tag::Tag;
use janus_service::{Limited, Limits, Options, Route};

use crate::DEFAULT;
use crate::started::Started;

fn with_tags() -> Started {
    let options = Options { tags: Some(|| DEFAULT.report()), ..Options::default() };
    Started::over(Limited::new(Limits::default()), options)
}

/// Parses the text as Prometheus does, and returns the value of each series.
fn parse(text: &str) -> HashMap<String, f64> {
    let (mut series, mut described, mut typed) = (HashMap::new(), HashSet::new(), HashMap::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect("a name and a text");
            assert!(described.insert(name) && !help.is_empty(), "{line}: one description");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a name and a type");
            assert!(typed.insert(name, kind).is_none() && ["gauge", "counter"].contains(&kind), "{line}: one type");
        } else {
            let (key, value) = line.rsplit_once(' ').expect("a series and a value");
            let name = key.split('{').next().unwrap();
            assert!(described.contains(name), "{line}: described before");
            assert_eq!(typed[name] == "counter", name.ends_with("_total"), "{line}: counters have the suffix");
            assert!(series.insert(key.to_owned(), value.parse().unwrap()).is_none(), "{line}: twice");
        }
    }
    assert!(text.ends_with('\n'));
    series
}

#[test]
fn metrics() {
    let started = with_tags();
    let mut client = started.client();
    for _ in 0..5 {
        assert_eq!(client.post("/sort", "[3,2,1]").status, 200);
    }
    assert_eq!(client.post("/sort", "[").status, 400);
    assert_eq!(client.post("/summary", "{}").status, 200);
    let answer = client.get("/metrics");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; version=0.0.4; charset=utf-8")));
    let series = parse(&answer.body);
    let of = |key: &str| *series.get(key).unwrap_or_else(|| panic!("{key} is not in\n{}", answer.body));
    assert_eq!(of("service_requests_total{route=\"/sort\",status=\"200\"}"), 5.0);
    assert_eq!(of("service_requests_total{route=\"/sort\",status=\"400\"}"), 1.0);
    assert_eq!(of("service_made_arenas_total{route=\"/sort\"}"), 1.0);
    assert_eq!(of("service_reused_arenas_total{route=\"/sort\"}"), 5.0);
    assert_eq!(of("service_idle_arenas{route=\"/summary\"}"), 1.0);
    assert_eq!(of("service_memory_limit_bytes{limit=\"requests\"}"), Limits::default().service as f64);
    assert!(of("service_memory_bytes{limit=\"requests\"}") >= 8192.0, "a chunk of each of two arenas");
    // Those of this crate: allocators by name, and tags.
    assert!(of("janus_allocator_live_bytes{allocator=\"requests\"}") >= 8192.0);
    assert!(of("janus_allocator_allocations_total{allocator=\"responses\"}") >= 6.0);
    assert!(of("janus_tag_allocated_bytes_total{tag=\"/sort\"}") >= 4096.0);
    assert!(of("janus_tag_live_bytes{tag=\"/summary\"}") >= 4096.0);
}

/// A route's tag has its arenas, whichever threads its tasks run in.
#[test]
fn tags_of_routes() {
    let started = with_tags();
    let before = DEFAULT.snapshot_of(Route::Summary.tag()).total_bytes;
    for _ in 0..20 {
        let mut client = started.client();
        client.announce("POST", "/summary", 500_000);
        client.send("\"");
        crate::started::wait_until("the request has memory", || started.memory().request_bytes() > 500_000);
        client.send("s".repeat(499_998));
        client.send("\"");
        assert_eq!(client.response().status, 200);
        started.assert_all_returned();
    }
    assert_eq!(Route::Summary.tag(), Tag::named("/summary"));
    // The body, and the string in the document.
    let after = DEFAULT.snapshot_of(Route::Summary.tag()).total_bytes;
    assert!(after - before >= 20 * 2 * 499_998, "{before} and {after}");
}

#[test]
fn the_page() {
    let started = with_tags();
    let mut client = started.client();
    assert_eq!(client.post("/sort", "[]").status, 200);
    assert_eq!(client.get("/nothing").status, 404);
    let answer = client.get("/memory");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for part in ["<td>/sort<td class=n>", "<td>requests<td", "<td>responses<td", "<td>(untagged)<td", "</html>"] {
        assert!(answer.body.contains(part), "{part} is not in\n{}", answer.body);
    }
    assert!(answer.body.contains("<tr><td>(unknown path)<td class=n>404<td class=n>1</tr>"));
    assert!(!answer.body.contains("<!--CONTENT-->"));
}
