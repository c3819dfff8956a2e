//! The sentences that are true of every store, for the tests of whoever can start one.

#![expect(clippy::unwrap_used, reason = "these are tests, in a place where several crates can run them")]

use crate::{ObjectHeaders, Storage};
use bytes::Bytes;
use domain::Kind;

/// Names that have broken photo stores before.
const AWKWARD_KEYS: [&str; 6] =
    ["contract/a+b c%2B(1).JPG", "contract/ä/ö ü", "contract/~", "contract/...", "contract/a=b&c", "contract/x'\"<y>"];

/// Runs every sentence against a store that may hold other objects, but none under `contract/`.
pub async fn every_sentence(store: &Storage) {
    what_is_put_is_there_with_its_headers(store).await;
    a_second_put_replaces_the_first(store).await;
    what_is_not_there_is_none(store).await;
    an_object_above_the_limit_is_too_large(store).await;
    deleting_twice_is_no_error(store).await;
    awkward_keys_come_back_as_they_went_in(store).await;
    keys_that_could_leave_a_folder_are_refused(store).await;
    a_listing_is_complete_and_in_order(store).await;
    pages_of_a_listing_hold_every_object_once_and_in_order(store).await;
    a_page_goes_on_after_a_key_whether_or_not_it_is_still_there(store).await;
    an_empty_object_is_an_object(store).await;
}

fn headers(content_type: &str, cache_control: Option<&str>) -> ObjectHeaders {
    ObjectHeaders { content_type: content_type.to_owned(), cache_control: cache_control.map(str::to_owned) }
}

async fn put(store: &Storage, key: &str, bytes: &'static str) {
    store.put(key, Bytes::from_static(bytes.as_bytes()), &headers("text/plain", None)).await.unwrap();
}

async fn what_is_put_is_there_with_its_headers(store: &Storage) {
    let key = "contract/put";
    let sent = headers("image/jpeg", Some("public, max-age=60"));
    store.put(key, Bytes::from_static(b"hello"), &sent).await.unwrap();
    let object = store.get(key, 5).await.unwrap().unwrap();
    assert_eq!((&object.bytes[..], object.size_bytes), (&b"hello"[..], 5));
    assert_eq!((object.content_type, object.cache_control), (sent.content_type.clone(), sent.cache_control.clone()));
    assert_eq!(object.etag, "\"5d41402abc4b2a76b9719d911017c592\"");
    assert!(object.last_modified.as_seconds() > 1_600_000_000);
    let info = store.head(key).await.unwrap().unwrap();
    assert_eq!((info.key.as_str(), info.size_bytes, info.etag), (key, 5, object.etag));
    assert_eq!((info.content_type, info.cache_control), (Some(sent.content_type), sent.cache_control));
    assert_eq!(info.last_modified, object.last_modified);
}

async fn a_second_put_replaces_the_first(store: &Storage) {
    put(store, "contract/twice", "first, and longer").await;
    store.put("contract/twice", Bytes::from_static(b"second"), &headers("image/png", None)).await.unwrap();
    let object = store.get("contract/twice", 100).await.unwrap().unwrap();
    assert_eq!((&object.bytes[..], object.content_type.as_str()), (&b"second"[..], "image/png"));
}

async fn what_is_not_there_is_none(store: &Storage) {
    put(store, "contract/folder/file", "x").await;
    for key in ["contract/nothing", "contract/nothing/below", "contract/folder", "contract/folder/file/below"] {
        assert!(store.get(key, 100).await.unwrap().is_none(), "{key}");
        assert!(store.head(key).await.unwrap().is_none(), "{key}");
    }
}

async fn an_object_above_the_limit_is_too_large(store: &Storage) {
    put(store, "contract/large", "12345").await;
    let error = store.get("contract/large", 4).await.unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(store.get("contract/large", 5).await.unwrap().is_some());
}

async fn deleting_twice_is_no_error(store: &Storage) {
    put(store, "contract/gone", "x").await;
    store.delete("contract/gone").await.unwrap();
    assert!(store.head("contract/gone").await.unwrap().is_none());
    store.delete("contract/gone").await.unwrap();
    store.delete("contract/never/there").await.unwrap();
}

async fn awkward_keys_come_back_as_they_went_in(store: &Storage) {
    for key in AWKWARD_KEYS {
        put(store, key, "x").await;
        assert_eq!(store.head(key).await.unwrap().unwrap().key, key);
        let listed = store.list(key).await.unwrap();
        assert!(listed.iter().any(|info| info.key == key), "{key} is not in {listed:?}");
        store.delete(key).await.unwrap();
        assert!(store.get(key, 10).await.unwrap().is_none(), "{key}");
    }
}

async fn keys_that_could_leave_a_folder_are_refused(store: &Storage) {
    let long = "x".repeat(1025);
    for key in ["", "/etc/passwd", "..", "contract/../../x", "contract//x", "contract/./x", "contract/", "a\0b", &long]
    {
        let error = store.put(key, Bytes::new(), &headers("text/plain", None)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::BadInput, "{key:?}");
        assert_eq!(store.get(key, 10).await.unwrap_err().kind(), Kind::BadInput, "{key:?}");
        assert_eq!(store.delete(key).await.unwrap_err().kind(), Kind::BadInput, "{key:?}");
    }
}

async fn a_listing_is_complete_and_in_order(store: &Storage) {
    let keys = ["contract/list/a", "contract/list/a-b", "contract/list/a.b/c", "contract/list/b", "contract/lists"];
    for key in keys.iter().rev() {
        put(store, key, "x").await;
    }
    let listed = |infos: Vec<crate::ObjectInfo>| infos.into_iter().map(|info| info.key).collect::<Vec<_>>();
    assert_eq!(listed(store.list("contract/list").await.unwrap()), keys);
    assert_eq!(listed(store.list("contract/list/").await.unwrap()), keys[..4]);
    assert_eq!(listed(store.list("contract/list/a.").await.unwrap()), keys[2..3]);
    assert_eq!(listed(store.list("contract/nobody/").await.unwrap()), Vec::<String>::new());
    let first = store.list("contract/list/a").await.unwrap().remove(0);
    assert_eq!((first.size_bytes, first.content_type), (1, None));
}

/// The keys of every page, until one is empty.
async fn pages(store: &Storage, prefix: &str, limit: usize) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    loop {
        let page = store.list_page(prefix, keys.last().map(String::as_str), limit).await.unwrap();
        assert!(page.len() <= limit, "{} of {limit}", page.len());
        if page.is_empty() {
            return keys;
        }
        keys.extend(page.into_iter().map(|info| info.key));
    }
}

async fn pages_of_a_listing_hold_every_object_once_and_in_order(store: &Storage) {
    // The slash sorts between these bytes: a folder is not where its name would be.
    let keys =
        ["contract/page/a+", "contract/page/a-b/c", "contract/page/a/b", "contract/page/a0", "contract/page/ä ö"];
    for key in keys.iter().rev() {
        put(store, key, "x").await;
    }
    put(store, "contract/pages", "x").await;
    for limit in [1, 2, 3, 1000] {
        assert_eq!(pages(store, "contract/page/", limit).await, keys, "{limit} at a time");
    }
    assert_eq!(pages(store, "contract/page/a-", 1).await, keys[1..2]);
    assert_eq!(pages(store, "contract/nobody/", 1).await, Vec::<String>::new());
    let first = store.list_page("contract/page/", None, 1).await.unwrap().remove(0);
    assert_eq!((first.size_bytes, first.content_type), (1, None));
    assert_eq!(first.last_modified, store.head(keys[0]).await.unwrap().unwrap().last_modified);
}

async fn a_page_goes_on_after_a_key_whether_or_not_it_is_still_there(store: &Storage) {
    for key in ["contract/after/a", "contract/after/b/1", "contract/after/b/2", "contract/after/c"] {
        put(store, key, "x").await;
    }
    let after = async |key: &str| {
        let page = store.list_page("contract/after/", Some(key), 1000).await.unwrap();
        page.into_iter().map(|info| info.key["contract/after/".len()..].to_owned()).collect::<Vec<_>>().join(" ")
    };
    store.delete("contract/after/b/1").await.unwrap();
    assert_eq!(after("contract/after/a").await, "b/2 c");
    assert_eq!(after("contract/after/b/1").await, "b/2 c");
    assert_eq!(after("contract/after/b/2").await, "c");
    assert_eq!(after("contract/after/b/3").await, "c");
    assert_eq!(after("contract/after/c").await, "");
    assert_eq!(after("contract/aft").await, "a b/2 c", "before the prefix is before everything");
    assert_eq!(after("contract/z").await, "", "behind the prefix is behind everything");
}

async fn an_empty_object_is_an_object(store: &Storage) {
    put(store, "contract/empty", "").await;
    assert_eq!(store.get("contract/empty", 0).await.unwrap().unwrap().size_bytes, 0);
}
