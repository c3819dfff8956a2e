//! The statements of upkeep, where somebody else is at the same row.

use crate::stage::{DAY_S, Stage, on_every_stage};
use db::contributions::{Addition, Contribution};
use domain::photo::PhotoKind;
use tests::repository::small_jpeg;
use tests::seed::{NOON, id, new_charger, point};

on_every_stage!(
    a_photo_that_is_attached_between_listing_and_deletion_stays,
    a_photo_that_was_retired_can_no_longer_be_attached,
    a_photo_that_was_dealt_with_after_its_retirement_stays,
);

async fn attach(stage: &Stage, photo: u128) -> Vec<uuid::Uuid> {
    let contribution = Contribution {
        charger_id: id(99),
        verification_id: id(98),
        author: "ann",
        charger: &new_charger("Park", point(1.0, 2.0)),
        new_photos: &[],
        photo_ids: &[id(photo)],
        now: NOON,
    };
    match stage.db.add_charger(&contribution).await.unwrap() {
        Addition::Done { refused_ids } => refused_ids,
        Addition::Duplicate { of } => panic!("{of:?}"),
    }
}

async fn a_photo_that_is_attached_between_listing_and_deletion_stays(stage: &Stage) {
    let before = NOON.plus_seconds(DAY_S);
    stage.promise(1, PhotoKind::Charger, None).await;
    stage.make(1, small_jpeg(), &[]).await;
    let stale = stage.db.stale_photos(before, None, 9).await.unwrap().remove(0);
    assert!(attach(stage, 1).await.is_empty());
    let attached = stage.photo(1).await;
    assert!(!stage.db.retire_photo(&stale, before, NOON).await.unwrap());
    assert!(!stage.db.remove_retired_photo(id(1)).await.unwrap());
    assert_eq!(stage.photo(1).await, attached);
    assert_eq!(stage.count_and_recount().await, (1, 1));
}

async fn a_photo_that_was_retired_can_no_longer_be_attached(stage: &Stage) {
    let before = NOON.plus_seconds(1);
    for number in [1, 2] {
        stage.promise(number, PhotoKind::Charger, None).await;
    }
    stage.make(1, small_jpeg(), &[]).await;
    for stale in stage.db.stale_photos(before, None, 9).await.unwrap() {
        assert!(!stage.db.retire_photo(&stale, NOON, NOON).await.unwrap(), "it is not old enough for that");
        assert!(stage.db.retire_photo(&stale, before, NOON).await.unwrap());
        assert!(!stage.db.retire_photo(&stale, before, NOON).await.unwrap(), "it is no longer as it was looked at");
    }
    assert_eq!(attach(stage, 1).await, [id(1)]);
    assert_eq!(stage.count_and_recount().await, (0, 0));
    assert!(stage.db.stale_photos(before, Some(id(2)), 9).await.unwrap().is_empty());
}

async fn a_photo_that_was_dealt_with_after_its_retirement_stays(stage: &Stage) {
    let before = NOON.plus_seconds(1);
    stage.promise(1, PhotoKind::Charger, None).await;
    stage.make(1, small_jpeg(), &[]).await;
    let stale = stage.db.stale_photos(before, None, 9).await.unwrap().remove(0);
    assert!(stage.db.retire_photo(&stale, before, NOON).await.unwrap());
    for bytes in [b"no photo".to_vec(), small_jpeg()] {
        stage.make(1, bytes, &[]).await;
        assert!(!stage.db.remove_retired_photo(id(1)).await.unwrap());
    }
    assert_eq!(stage.count_and_recount().await, (1, 1));
}
