//! Files of `static/`, embedded in the program; their addresses change with their content.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use rust_embed::RustEmbed;

use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// `/static/NAME?v=…`.
pub fn address(name: &str) -> String {
    let version = Files::get(name).map(|file| {
        file.metadata.sha256_hash().iter().take(6).map(|b| format!("{b:02x}")).collect::<String>()
    });
    format!("/static/{name}?v={}", version.unwrap_or_default())
}

/// Serves a file; its address changes with its content, so it may be kept for a year.
pub async fn serve(name: web::Path<String>) -> Result<HttpResponse> {
    let file = Files::get(&name).ok_or(Error::NotFound)?;
    let media_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(file.data.into_owned()))
}
