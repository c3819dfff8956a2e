//! `upload`: the way of a photo, what became of it, and its end.

use crate::operation::Operation;
use crate::schemas::Schemas;
use domain::describe;
use domain::photo::PhotoDetail;
use domain::upload::UploadRequest;
use serde_json::json;

/// What the template allows by default, and the embedded server takes.
const MAX_BYTES: u64 = 26_214_400;

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    let request = describe::body(|body| UploadRequest::from_body(body, MAX_BYTES));
    let (one, many) = (schemas.of::<upload::Upload>(), schemas.of::<upload::Uploads>());
    vec![
        Operation::new("POST /api/uploads", "createUpload", "Promises one photo or up to ten, and answers the forms to send their bytes with")
            .about("Post `upload.fields` and then `file` as multipart/form-data to `upload.url`; the store answers 204.")
            .body(schemas.request("UploadRequest", request, &UPLOAD))
            .answers("201", "The form, or with `files` a list of them.", json!({"oneOf": [one, many]}))
            .write()
            .leads_to("getPhoto", "id", "/photo_id")
            .leads_to("deletePhoto", "id", "/photo_id"),
        Operation::new("GET /api/photos/{id}", "getPhoto", "How far a photo is, and where its renditions are")
            .answers("200", "The photo.", schemas.of::<PhotoDetail<'_>>())
            .cached()
            .refers("404", "NotFound"),
        Operation::new("DELETE /api/photos/{id}", "deletePhoto", "Removes a photo with everything that was stored of it")
            .about(
                "For its uploader and for the group `admin`. A charger that showed it has changed (`updated_since`). After a 503 the \
                    photo may be gone from the store and is still listed: asking again finishes it. Caches keep a rendition that \
                    they have; nothing links to it.",
            )
            .answers_nothing("204", "It is gone.")
            .write()
            .refers("404", "NotFound"),
    ]
}

const UPLOAD: [(&str, &str); 4] = [
    ("files", "Several photos at once."),
    ("charger_id", "The charger that it shows; a profile picture belongs to none."),
    ("sha256", "Of the bytes, where the client knows it: the store then refuses any others."),
    ("size_bytes", "The limit is a setting of the deployment: `PHOTO_MAX_BYTES`."),
];
