//! Photos: base64 through the pipeline, addresses from a copy of the bucket or as links, and what is neither.

use crate::scene::{Original, Target, base64, jpeg, to_both_engines};
use domain::photo::{Photo, PhotoState};
use tests::repository::small_jpeg;
use uuid::Uuid;

to_both_engines!(
    base64_becomes_photos_that_are_ready_wherever_it_stands,
    what_is_no_photo_is_named_with_the_reason_and_stops_nothing,
    addresses_are_links_until_a_copy_of_the_bucket_has_them,
);

const ID: &str = "7d444840-9dc0-11d1-b245-5ffdce74fad2";

async fn photos_of_the_charger(target: &Target) -> Vec<Photo> {
    target.db.charger(Uuid::try_parse(ID).unwrap()).await.unwrap().unwrap().photos
}

fn count_line(said: &str) -> &str {
    said.lines().find(|line| line.starts_with("photos ")).unwrap().trim_start_matches("photos").trim_start()
}

async fn base64_becomes_photos_that_are_ready_wherever_it_stands(mut original: Original, target: Target) {
    let [one, two, three, four] = [1, 2, 3, 4].map(|seed| base64(&jpeg(seed, 40, 30)));
    original.user("ann", &[("picture", &format!("'data:image/jpeg;base64,{three}'"))]).await;
    let photos = format!("ARRAY['{one}', 'data:image/jpeg;base64,{two}', '{one}']");
    original.charger(ID, &[("photos", &photos)]).await;
    original.charger("foundling", &[("photos", &format!("ARRAY['{four}']")), ("added_by", "'nobody'")]).await;
    original.verification(ID, &[("photo_url", &format!("'{two}'"))]).await;
    let said = target.import(&[&original.url, "--jobs", "2"]);
    assert_eq!(count_line(&said), "read 6 / came 6 / unchanged 0 / repaired 0 / rejected 0");

    let photos = photos_of_the_charger(&target).await;
    assert_eq!(photos.len(), 3);
    assert!(
        photos.iter().all(|photo| photo.state == PhotoState::Ready && photo.owner == "ann" && photo.width == Some(40))
    );
    let hashes: Vec<_> = photos.iter().map(|photo| photo.hash8.clone().unwrap()).collect();
    assert_eq!((&hashes[0], hashes[0] == hashes[1]), (&hashes[2], false), "in their order");
    for rendition in photos.iter().flat_map(|photo| &photo.renditions) {
        assert!(target.dir.path().join("photos/objects").join(&rendition.key).is_file(), "{}", rendition.key);
    }
    assert!(photos.iter().all(|photo| target.dir.path().join("photos/objects").join(&photo.raw_key).is_file()));
    let of_nobody = target.texts("SELECT owner || ' ' || state FROM photos WHERE owner <> 'ann'").await;
    assert_eq!(of_nobody, ["sharaspot-import ready"]);
    let counted =
        target.texts("SELECT sub || ' ' || photos_uploaded || ' ' || trust_score FROM contributors ORDER BY sub").await;
    assert_eq!(counted, ["ann 5 27", "sharaspot-import 1 3"]);
    let attached = "SELECT p.kind FROM photos p WHERE p.id IN (SELECT photo_id FROM contributors) OR
         p.id IN (SELECT photo_id FROM verification_actions) ORDER BY 1";
    assert_eq!(target.texts(attached).await, ["profile", "verification"]);
}

async fn what_is_no_photo_is_named_with_the_reason_and_stops_nothing(mut original: Original, target: Target) {
    original.user("ann", &[("picture", "'none'")]).await;
    let whole = jpeg(1, 40, 30);
    let (cut_off, text) = (base64(&whole[..whole.len() / 2]), base64(b"no picture at all"));
    let photos = format!(
        "ARRAY['', NULL, '!!!', '{text}', '{cut_off}', 'data:image/png,x', 's3://old/x.jpg', 'https://x/' || repeat('y', 2000), '{}']",
        base64(&whole)
    );
    original.charger(ID, &[("photos", &photos)]).await;
    original.charger("nowhere", &[("photos", &format!("ARRAY['{text}']")), ("latitude", "NULL")]).await;
    let said = target.import(&[&original.url, "--rejects", "rejects.csv"]);
    assert_eq!(count_line(&said), "read 11 / came 1 / unchanged 0 / repaired 0 / rejected 10");
    let found = target.rejects();
    let found: Vec<_> = found
        .iter()
        .map(|[_, _, field, outcome, reason]| {
            assert_eq!(outcome, "rejected");
            (field.as_str(), reason.as_str())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("latitude, longitude", "no place on Earth"),
            ("photos[0]", "Neither base64 nor an address."),
            ("photos[1]", "There is nothing."),
            ("photos[2]", "Neither base64 nor an address."),
            ("photos[3]", "This is not a photo. Accepted are JPEG, PNG and WebP photos."),
            ("photos[4]", "The photo is cut off: the end of the file is missing. Please upload it again."),
            ("photos[5]", "Neither base64 nor an address."),
            ("photos[6]", "An s3:// address that nobody can open: --photos-from must have the object."),
            ("photos[7]", "The address is longer than 2,000 characters."),
            ("photos[0]", "the charger did not come"),
            ("picture", "This is not a photo. Accepted are JPEG, PNG and WebP photos."),
        ]
    );
    assert_eq!(photos_of_the_charger(&target).await.len(), 1);
    let again = target.import(&[&original.url]);
    assert_eq!(count_line(&again), "read 11 / came 0 / unchanged 1 / repaired 0 / rejected 10");
}

async fn addresses_are_links_until_a_copy_of_the_bucket_has_them(mut original: Original, target: Target) {
    original.user("ann", &[("picture", "'https://pictures.example/ann.png'")]).await;
    let photos = "ARRAY['https://s3.amazonaws.com/old/chargers/a%20b.jpg?X-Amz-Expires=60', 's3://old/chargers/c.jpg',
         'https://old.s3.amazonaws.com/../secret.jpg']";
    original.charger(ID, &[("photos", photos)]).await;
    let folder = target.dir.path().join("copy");
    std::fs::create_dir_all(folder.join("chargers")).unwrap();
    std::fs::write(target.dir.path().join("secret.jpg"), small_jpeg()).unwrap();
    for name in ["chargers/a b.jpg", "chargers/c.jpg"] {
        std::fs::write(folder.join(name), small_jpeg()).unwrap();
    }
    let said = target.import(&[&original.url, "--photos-from", "copy", "--rejects", "rejects.csv"]);
    assert_eq!(count_line(&said), "read 4 / came 4 / unchanged 0 / repaired 2 / rejected 0 / linked 2");
    assert!(target.rejects().iter().all(|finding| finding[4] == "not among --photos-from, kept as a link"));
    let photos = photos_of_the_charger(&target).await;
    let links: Vec<_> = photos.iter().map(|photo| photo.link.as_deref()).collect();
    assert_eq!(links, [None, None, Some("https://old.s3.amazonaws.com/../secret.jpg")]);
    assert!(photos.iter().all(|photo| photo.state == PhotoState::Ready));
    let counted = target.texts("SELECT CAST(photos_uploaded AS text) FROM contributors").await;
    assert_eq!(counted, ["2"], "a link is nobody's upload");
    let picture = "SELECT p.link FROM photos p JOIN contributors c ON c.photo_id = p.id";
    assert_eq!(target.texts(picture).await, ["https://pictures.example/ann.png"]);
    let again = target.import(&[&original.url]);
    assert_eq!(count_line(&again), "read 4 / came 0 / unchanged 4 / repaired 0 / rejected 0");
}
