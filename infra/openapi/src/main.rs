//! Writes `infra/openapi.json`.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Ok(std::fs::write(root.join("infra/openapi.json"), openapi::text(&root)?)?)
}
