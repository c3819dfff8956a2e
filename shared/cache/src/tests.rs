use super::*;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

fn in_memory(memory_bytes: u64) -> Cache {
    Cache::open(&connection::Cache::in_memory(memory_bytes), || Timestamp::from_micros(0)).unwrap()
}

async fn ask(cache: &Cache, stamp: Option<&str>, question: &str, says: &str) -> (String, Found) {
    let load = async { Ok(says.as_bytes().to_vec()) };
    let (value, found) = cache.fetch(Kind::Listing, stamp, &[question.as_bytes()], load).await.unwrap();
    (String::from_utf8(value.to_vec()).unwrap(), found)
}

fn saying(text: &str, found: Found) -> (String, Found) {
    (text.to_owned(), found)
}

#[tokio::test]
async fn the_same_question_under_the_same_stamp_has_the_same_answer() {
    let cache = in_memory(1 << 20);
    assert_eq!(ask(&cache, Some("1"), "q", "old").await, saying("old", Found::Miss));
    assert_eq!(ask(&cache, Some("1"), "q", "new").await, saying("old", Found::Hit));
    assert_eq!(ask(&cache, Some("2"), "q", "new").await, saying("new", Found::Miss));
    assert_eq!(ask(&cache, Some("1"), "r", "other").await, saying("other", Found::Miss));
    assert_eq!(cache.state().await, Part::None);
}

#[tokio::test]
async fn without_a_stamp_or_a_cache_everything_is_made_anew() {
    for (cache, stamp) in [(in_memory(1 << 20), None), (Cache::default(), Some("1")), (in_memory(0), Some("1"))] {
        assert_eq!(ask(&cache, stamp, "q", "old").await, saying("old", Found::Bypass));
        assert_eq!(ask(&cache, stamp, "q", "new").await, saying("new", Found::Bypass));
    }
}

#[tokio::test]
async fn of_fifty_who_ask_at_once_one_finds_out_for_all() {
    let (cache, loads) = (in_memory(1 << 20), AtomicUsize::new(0));
    let load = || async {
        loads.fetch_add(1, Relaxed);
        tokio::task::yield_now().await;
        Ok(b"answer".to_vec())
    };
    let asked = (0..50).map(|_| cache.fetch(Kind::Route, Some("1"), &[b"q"], load()));
    let found = futures_util::future::join_all(asked).await;
    assert_eq!(loads.load(Relaxed), 1);
    let misses = found.iter().filter(|found| found.as_ref().unwrap().1 == Found::Miss).count();
    assert_eq!((found.len(), misses), (50, 1));
}

#[tokio::test]
async fn an_error_is_not_kept_and_is_the_same_for_all_who_waited() {
    let (cache, loads) = (in_memory(1 << 20), AtomicUsize::new(0));
    let fail = || async {
        loads.fetch_add(1, Relaxed);
        tokio::task::yield_now().await;
        Err(domain::Error::not_found("charger").retry_after(7).because("gone"))
    };
    let asked = (0..20).map(|_| cache.fetch(Kind::Detail, Some("1"), &[b"q"], fail()));
    for failed in futures_util::future::join_all(asked).await {
        let error = failed.unwrap_err();
        assert_eq!((error.kind(), error.detail()), (domain::Kind::NotFound, "There is no such charger."));
        assert_eq!(error.retry_after_s(), Some(7));
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "gone");
    }
    let tried = loads.load(Relaxed);
    assert!(tried < 20, "{tried}");
    assert_eq!(ask(&cache, Some("1"), "q", "there").await, saying("there", Found::Miss));
}

#[tokio::test]
async fn who_gives_up_half_way_leaves_it_to_the_next() {
    let cache = in_memory(1 << 20);
    let never = cache.fetch(Kind::Listing, Some("1"), &[b"q"], std::future::pending());
    assert!(tokio::time::timeout(Duration::from_millis(1), never).await.is_err());
    assert_eq!(ask(&cache, Some("1"), "q", "there").await, saying("there", Found::Miss));
}

#[tokio::test]
async fn memory_is_bounded_and_what_is_too_long_is_not_kept() {
    let cache = in_memory(10 * MAX_VALUE_BYTES as u64);
    let long = "x".repeat(MAX_VALUE_BYTES + 1);
    assert_eq!(ask(&cache, Some("1"), "long", &long).await.1, Found::Miss);
    let memory = &cache.tiers.as_ref().unwrap().memory;
    memory.run_pending_tasks().await;
    assert_eq!(memory.entry_count(), 0);
    let fits = "x".repeat(MAX_VALUE_BYTES);
    for number in 0..100 {
        assert_eq!(ask(&cache, Some("1"), &number.to_string(), &fits).await.1, Found::Miss);
        memory.run_pending_tasks().await;
        assert!(memory.weighted_size() <= 10 * MAX_VALUE_BYTES as u64);
    }
    assert!(memory.entry_count() >= 8, "{}", memory.entry_count());
}

#[test]
fn each_kind_has_its_time() {
    let ttl = |kind: Kind| kind.ttl().as_secs();
    assert_eq!([Kind::Totals, Kind::Listing, Kind::Route, Kind::Detail].map(ttl), [3600, 300, 180, 600]);
    let entry = Entry { kind: Kind::Route, value: Bytes::new() };
    let key = Key::of(Kind::Route, "1", &[]);
    let kept = moka::Expiry::expire_after_create(&ByKind, &key, &entry, Instant::now());
    assert_eq!(kept, Some(Kind::Route.ttl()));
}

#[test]
fn no_text_of_a_cache_shows_its_url() {
    let settings =
        connection::Cache { url: Some("redis://:s3cret@[bad".to_owned()), ..connection::Cache::in_memory(1) };
    let error = Cache::open(&settings, || Timestamp::from_micros(0)).unwrap_err();
    assert!(!format!("{error:?}").contains("s3cret"));
    let settings =
        connection::Cache { url: Some("redis://:s3cret@host".to_owned()), ..connection::Cache::in_memory(1) };
    assert!(
        !format!("{:?} {settings:?}", Cache::open(&settings, || Timestamp::from_micros(0)).unwrap()).contains("s3cret")
    );
}
