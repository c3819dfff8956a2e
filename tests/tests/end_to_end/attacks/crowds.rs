//! Many at the same moment: one effect, and no limit that is passed.

use super::{Target, add_charger, charger};
use crate::http::{Reply, Request};
use serde_json::json;

/// What several requests are answered that are sent together.
fn together(port: u16, requests: Vec<Request>) -> Vec<Reply> {
    let start = std::sync::Barrier::new(requests.len());
    std::thread::scope(|scope| {
        let send = |request: Request| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                request.send(port)
            })
        };
        let running: Vec<_> = requests.into_iter().map(send).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn count(replies: &[Reply], status: u16) -> usize {
    replies.iter().filter(|reply| reply.status == status).count()
}

#[test]
fn of_ten_who_add_the_same_charger_at_once_one_does() {
    let target = Target::start();
    let tokens: Vec<String> = (0..10).map(|number| target.server.token(&format!("u{number}"), &[])).collect();
    for round in 1..=3 {
        let requests =
            tokens.iter().map(|token| Request::new("POST", "/api/chargers").bearer(token).json(&charger(round)));
        let replies = together(target.server.port, requests.collect());
        assert_eq!((count(&replies, 201), count(&replies, 409)), (1, 9), "{replies:?}");
        let refused = replies.iter().filter(|reply| reply.status == 409);
        refused.for_each(|reply| assert_eq!(reply.json()["candidates"].as_array().unwrap().len(), 1));
    }
    target.check(3);
}

#[test]
fn nobody_verifies_more_than_twelve_times_in_an_hour_however_many_requests_come_together() {
    let target = Target::start();
    let ids: Vec<String> = (0..24).map(|number| add_charger(&target.server, number)).collect();
    let bob = target.server.token("bob", &[]);
    let verify = |id: &String| {
        Request::new("POST", format!("/api/chargers/{id}/verify")).bearer(&bob).json(&json!({"action": "active"}))
    };
    let replies = together(target.server.port, ids.iter().map(verify).collect());
    assert_eq!((count(&replies, 201), count(&replies, 429)), (12, 12), "{replies:?}");
    let refused = replies.iter().filter(|reply| reply.status == 429);
    refused.for_each(|reply| assert!(reply.header("retry-after").is_some_and(|wait| wait.parse::<u32>().unwrap() > 0)));
    target.check(24);
}

#[test]
fn nobody_verifies_a_charger_twice_at_once() {
    let target = Target::start();
    let id = add_charger(&target.server, 1);
    let bob = target.server.token("bob", &[]);
    let request = Request::new("POST", format!("/api/chargers/{id}/verify")).bearer(&bob);
    let replies = together(target.server.port, vec![request.json(&json!({"action": "not_working"})); 10]);
    assert_eq!((count(&replies, 201), count(&replies, 429)), (1, 9), "{replies:?}");
    target.check(1);
}
