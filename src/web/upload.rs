//! An uploaded file with the fields beside it, bounded by the settings.

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;

use crate::error::{Error, Result};
use crate::types::DocumentId;
use crate::web::App;
use crate::web::form::{Form, Refused};

/// A form with one file.
pub struct Upload {
    /// The plain fields.
    pub form: Form,
    /// The file's name as the browser gave it, without its folders; empty when no file was chosen.
    pub name: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

impl Upload {
    /// The file as a document to be kept, taken out; a file field left empty comes without a name and is none.
    pub fn document(&mut self) -> Option<(DocumentId, String, Vec<u8>)> {
        let name = std::mem::take(&mut self.name);
        (!name.is_empty()).then(|| (DocumentId::new(), name, std::mem::take(&mut self.bytes)))
    }
}

/// Most plain fields beside a file, and most bytes of one.
const FIELDS: usize = 200;
const FIELD_BYTES: usize = 64 * 1024;

impl FromRequest for Upload {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = req.app_data::<web::Data<App>>().map_or(0, |app| app.settings.upload_bytes);
        let multipart = Multipart::new(req.headers(), payload.take());
        Box::pin(async move {
            let refused = || Error::refused(Refused::Upload(limit / (1024 * 1024)));
            read(multipart, limit).await.ok_or_else(refused)
        })
    }
}

/// `None` when the form is broken or too large.
async fn read(mut parts: Multipart, limit: usize) -> Option<Upload> {
    let (mut pairs, mut name, mut bytes) = (Vec::new(), String::new(), Vec::new());
    while let Some(part) = parts.next().await {
        let mut part = part.ok()?;
        let (field, file) = {
            let disposition = part.content_disposition()?;
            (disposition.get_name()?.to_owned(), disposition.get_filename().map(str::to_owned))
        };
        let mut content = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.ok()?;
            if content.len() + chunk.len() > if file.is_some() { limit } else { FIELD_BYTES } {
                return None;
            }
            content.extend_from_slice(&chunk);
        }
        match file {
            Some(file) if field == "file" => {
                name = file.rsplit(['/', '\\']).next().unwrap_or_default().chars().take(200).collect();
                bytes = content;
            }
            _ => pairs.push((field, String::from_utf8(content).ok()?)),
        }
        if pairs.len() > FIELDS {
            return None;
        }
    }
    Some(Upload { form: Form::from_pairs(pairs), name, bytes })
}
