//! Tokens: JWTs signed with Ed25519. Only the sign-in functions can read the private key; every
//! function verifies with public keys, which lie in the table under their `kid`.

use crate::App;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat::Principal;
use chat::ports::Keys;
use domain::{ChatError, Code, Face, Result, SessionId, Timestamp, UserId};
use ed25519_dalek::SigningKey;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Mutex;

const ISSUER: &str = "parlance";
/// Longest token looked at, in bytes; ours have about 400.
const TOKEN_BYTES_MAX: usize = 2_048;

/// What a token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    /// Unix seconds.
    iat: i64,
    /// Unix seconds.
    exp: i64,
}

/// Signs tokens. Built from the secret once per process; publishes its public key before first use.
pub struct Signer {
    kid: String,
    key: EncodingKey,
}

impl Signer {
    /// Takes the seed (64 hex characters) and publishes the public key.
    pub(crate) async fn start(table: &store::Table, seed: &str) -> Result<Self> {
        let seed: [u8; 32] = unhex(seed.trim())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| ChatError::unavailable("the signing secret is not 64 hex characters"))?;
        let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        let kid = hex(&Sha256::digest(public)[..8]);
        table.publish_key(&kid, &hex(&public)).await?;
        Ok(Self { kid, key: EncodingKey::from_ed_der(&pkcs8(&seed)) })
    }

    /// A token for a session, good until `expires_at` on the routes of a face (none: on our own), and
    /// nowhere else.
    pub fn token(
        &self,
        face: Option<Face>,
        user: UserId,
        session: SessionId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<String> {
        let claims = Claims {
            iss: ISSUER.into(),
            aud: audience(face).into(),
            sub: user,
            sid: session,
            iat: now.ms() / 1000,
            exp: expires_at.ms() / 1000,
        };
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.key)
            .map_err(|e| ChatError::unavailable(format!("token: {e}")))
    }
}

/// Verifies tokens; remembers public keys for the life of the process.
#[derive(Default)]
pub(crate) struct Verifier {
    keys: Mutex<HashMap<String, DecodingKey>>,
}

impl Verifier {
    /// Whose token this is. The session behind it is the use case's to check.
    pub(crate) async fn verify(
        &self,
        app: &App,
        token: &str,
        face: Option<Face>,
        now: Timestamp,
    ) -> Result<Principal> {
        let invalid = || ChatError::new(Code::TokenInvalid);
        if token.len() > TOKEN_BYTES_MAX {
            return Err(invalid());
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| invalid())?;
        let kid = header.kid.filter(|kid| kid.len() == 16 && unhex(kid).is_some());
        let kid = kid.filter(|_| header.alg == Algorithm::EdDSA).ok_or_else(invalid)?;
        let key = self.key(app, &kid).await?.ok_or_else(invalid)?;
        // Our own clock decides on expiry below, so that one clock serves all.
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[audience(face)]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules)
            .map_err(|e| match e.kind() {
                ErrorKind::ExpiredSignature => ChatError::new(Code::TokenExpired),
                _ => invalid(),
            })?
            .claims;
        let expires_at = Timestamp::from_ms(claims.exp.saturating_mul(1000));
        if expires_at <= now {
            return Err(ChatError::new(Code::TokenExpired));
        }
        Ok(Principal { user: claims.sub, session: claims.sid, expires_at })
    }

    async fn key(&self, app: &App, kid: &str) -> Result<Option<DecodingKey>> {
        let known = self.keys.lock().ok().and_then(|keys| keys.get(kid).cloned());
        if known.is_some() {
            return Ok(known);
        }
        let Some(public) = app.table.public_key(kid).await?.and_then(|text| unhex(&text)) else {
            return Ok(None);
        };
        let key = DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(public))
            .map_err(|e| ChatError::unavailable(format!("public key {kid}: {e}")))?;
        if let Ok(mut keys) = self.keys.lock() {
            keys.insert(kid.to_owned(), key.clone());
        }
        Ok(Some(key))
    }
}

/// Where a token is good.
const fn audience(face: Option<Face>) -> &'static str {
    match face {
        Some(face) => face.as_str(),
        None => ISSUER,
    }
}

/// An Ed25519 seed as PKCS #8 (RFC 8410, section 7): a fixed prefix, then the seed.
fn pkcs8(seed: &[u8; 32]) -> Vec<u8> {
    let mut der = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    der.extend(seed);
    der
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [_, _] => u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok(),
            _ => None,
        })
        .collect()
}
