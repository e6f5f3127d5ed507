//! The public key that answers and pushes are signed with.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Answer;
use crate::error::Error;
use crate::signing::message::base64;
use crate::types::unhex;
use crate::web::{App, block};

/// The platform's public key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// `ed25519` (RFC 8032).
    pub algorithm: &'static str,
    /// The key's id in signatures: the key itself in hexadecimal.
    pub key_id: String,
    /// The 32 bytes of the key in base64.
    pub public_key: String,
}

/// The key; no token is needed.
pub async fn show(app: web::Data<App>) -> Answer {
    let key_id = block(move || Ok(app.signer()?.public())).await?;
    let bytes = unhex::<32>(&key_id).ok_or_else(|| Error::fault("the public key is no hexadecimal"))?;
    Ok(HttpResponse::Ok().json(Key { algorithm: "ed25519", public_key: base64(&bytes), key_id }))
}
