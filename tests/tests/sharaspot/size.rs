//! What a charger takes in the database, before and after.

use crate::scene::{Original, Target, base64, jpeg};
use tests::TestDb;

/// Enough for the first pages of thirty tables and indexes to count for little.
const CHARGERS: u32 = 320;
const VERIFICATIONS: u32 = 10;

#[tokio::test]
async fn a_charger_of_450_kilobytes_takes_12_at_most() {
    let Some(mut original) = Original::empty().await else { return };
    let target = Target::new(TestDb::postgres().await.unwrap());
    for user in 0..20 {
        original.user(&format!("user-{user}"), &[]).await;
    }
    for number in 0..CHARGERS {
        // Wide enough for renditions of every width.
        let photo = base64(&jpeg(number, 1024, 256));
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let (author, lat) = (format!("'user-{}'", number % 20), format!("{}", 40.0 + f64::from(number) / 100.0));
        let name = format!("'Charging station number {number} behind the shopping centre'");
        let own = [
            ("photos", format!("ARRAY['data:image/jpeg;base64,{photo}']")),
            ("added_by", author),
            ("latitude", lat),
            ("name", name),
            ("notes", "repeat('Enter by the second gate. ', 10)".to_owned()),
            ("port_types", "'{CCS,Type 2}'".to_owned()),
        ];
        let own: Vec<(&str, &str)> = own.iter().map(|(column, literal)| (*column, literal.as_str())).collect();
        original.charger(&id, &own).await;
    }
    original.run(format!("INSERT INTO verification_actions (charger_id, user_id, action, timestamp, notes, wait_time, payment_method)
         SELECT c.id, 'user-' || n, 'active', now()::timestamp, 'Everything worked as it should.', 5, 'App'
         FROM chargers c, generate_series(1, {VERIFICATIONS}) n")).await;
    let size = "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations'";
    let before: i64 = sqlx::query_scalar(size).fetch_one(&mut original.connection).await.unwrap();
    let said = target.import(&[&original.url]);
    assert!(
        said.contains(&format!(
            "photos         read {CHARGERS} / came {CHARGERS} / unchanged 0 / repaired 0 / rejected 0\n"
        )),
        "{said}"
    );
    let db::Db::Postgres(postgres) = &target.db else { panic!("this is PostgreSQL") };
    let after: i64 = sqlx::query_scalar(size).fetch_one(postgres.pool()).await.unwrap();
    let [before, after] = [before, after].map(|bytes| bytes / i64::from(CHARGERS));
    println!("bytes for each charger, indexes and all: {before} before, {after} after");
    assert!(before >= 450_000, "{before} bytes: the original had more");
    assert!(after <= 12_000, "{after} bytes");
}
