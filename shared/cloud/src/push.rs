//! Web Push: the queue of what is to be pushed, as JSON of [`PushTask`], and how it is brought to a push
//! service (RFC 8030): encrypted for the browser (RFC 8291), signed so that the service knows who sends
//! (RFC 8292).

use crate::outbound::{Outbound, OutboundError, OutboundRequest};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use chat::ports::{PushMessage, PushTask, Pushed, QueuePushes, SendPush};
use domain::{ChatError, PushSubscription, Result, Timestamp};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::pkcs8::EncodePrivateKey;
use p256::{PublicKey, SecretKey};
use serde::Serialize;
use web_push_native::{Auth, p256};

/// Messages SQS takes in one call.
const BATCH_MAX: usize = 10;
/// How long a signature is good for, in seconds: a day is the most a service may accept (RFC 8292, 2),
/// and clocks differ.
const SIGNED_S: i64 = 12 * 60 * 60;
/// How much of an answer is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4_096;
/// Characters of an answer that are logged.
const REASON_CHARS_MAX: usize = 120;

/// The queue behind [`QueuePushes`].
#[derive(Clone, Debug)]
pub struct PushQueue {
    client: Client,
    url: String,
}

impl PushQueue {
    /// The queue at `url`.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    async fn send(&self, tasks: &[(PushTask, i64)]) -> Result<()> {
        let wrong = || ChatError::unavailable("sqs SendMessageBatch: not sent");
        let mut batch = self.client.send_message_batch().queue_url(&self.url);
        for (place, (task, delay_ms)) in tasks.iter().enumerate() {
            let body = serde_json::to_string(task).map_err(|_| wrong())?;
            let entry = SendMessageBatchRequestEntry::builder()
                .id(place.to_string())
                .message_body(body)
                .delay_seconds(crate::presence::seconds(*delay_ms));
            batch = batch.entries(entry.build().map_err(|_| wrong())?);
        }
        let answer = batch.send().await;
        let answer = answer.map_err(|e| crate::failure::failed("sqs SendMessageBatch", &e))?;
        match answer.failed.first() {
            None => Ok(()),
            Some(one) => {
                Err(ChatError::unavailable(format_args!("sqs SendMessageBatch: {}", one.code)))
            }
        }
    }
}

impl QueuePushes for PushQueue {
    async fn queue_pushes(&self, tasks: &[(PushTask, i64)]) -> Result<()> {
        for batch in tasks.chunks(BATCH_MAX) {
            self.send(batch).await?;
        }
        Ok(())
    }
}

/// The key that tells push services who we are: a browser subscribes to its public half, and takes
/// nothing from anybody else.
#[derive(Clone)]
pub struct PushKey {
    signing: EncodingKey,
    public: String,
}

impl std::fmt::Debug for PushKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PushKey({})", self.public)
    }
}

impl PushKey {
    /// The key of a secret's text: 64 hexadecimal digits, a number below the order of P-256, as all but
    /// one in four thousand million are.
    pub fn parse(secret: &str) -> Result<Self> {
        let wrong =
            || ChatError::unavailable("the push secret is not 64 hex characters of a P-256 key");
        let digits = secret.trim();
        let plain = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let halves = plain.then(|| digits.split_at(32)).ok_or_else(wrong)?;
        let half = |text| u128::from_str_radix(text, 16).map_err(|_| wrong());
        let (high, low) = (half(halves.0)?, half(halves.1)?);
        let bytes = [high.to_be_bytes(), low.to_be_bytes()].concat();
        let key = SecretKey::from_slice(&bytes).map_err(|_| wrong())?;
        let der = key.to_pkcs8_der().map_err(|_| wrong())?;
        let public = key.public_key().to_sec1_bytes();
        Ok(Self {
            signing: EncodingKey::from_ec_der(der.as_bytes()),
            public: URL_SAFE_NO_PAD.encode(public),
        })
    }

    /// The public key as browsers want it for `applicationServerKey`: the point, uncompressed, in
    /// base64url.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The header that a message to this origin carries.
    fn authorization(&self, origin: &str, contact: &str, now: Timestamp) -> Result<String> {
        let claims = Claims { aud: origin, exp: now.ms() / 1000 + SIGNED_S, sub: contact };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.signing)
            .map_err(|e| ChatError::unavailable(format_args!("push signature: {e}")))?;
        Ok(format!("vapid t={token}, k={}", self.public))
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    /// Unix seconds.
    exp: i64,
    sub: &'a str,
}

/// Push services, whichever the browsers have chosen.
#[derive(Clone, Debug)]
pub struct WebPush {
    key: PushKey,
    contact: String,
    outbound: Outbound,
}

impl WebPush {
    /// Signs with `key`. `contact` is whom a service may turn to, as `mailto:` or `https:`.
    pub fn new(key: PushKey, contact: impl Into<String>, outbound: Outbound) -> Self {
        Self { key, contact: contact.into(), outbound }
    }
}

fn encrypt(to: &PushSubscription, payload: &[u8]) -> Result<Vec<u8>> {
    let wrong = || ChatError::unavailable("push: a payload could not be encrypted");
    let public = PublicKey::from_sec1_bytes(&to.keys.p256dh).map_err(|_| wrong())?;
    let auth = Auth::from(to.keys.auth);
    web_push_native::encrypt(payload.to_vec(), &public, &auth).map_err(|_| wrong())
}

/// What an answer means.
fn judge(status: u16, body: &[u8]) -> Pushed {
    let said = || {
        // For the log: one line, no marks of a terminal.
        let text: String = String::from_utf8_lossy(body).chars().take(REASON_CHARS_MAX).collect();
        format!("{status} {}", text.replace(|c: char| c.is_control(), " ").trim())
    };
    match status {
        200..=299 => Pushed::Accepted,
        404 | 410 => Pushed::Gone,
        408 | 425 | 429 | 500.. => Pushed::Later(said()),
        _ => Pushed::Refused(said()),
    }
}

impl SendPush for WebPush {
    async fn send_push(
        &self,
        to: &PushSubscription,
        message: &PushMessage,
        now: Timestamp,
    ) -> Result<Pushed> {
        let authorization = self.key.authorization(to.endpoint.origin(), &self.contact, now)?;
        let mut headers = vec![
            ("authorization", authorization),
            ("content-encoding", "aes128gcm".to_owned()),
            ("content-type", "application/octet-stream".to_owned()),
            ("ttl", message.ttl_s.to_string()),
            ("urgency", message.urgency.as_str().to_owned()),
        ];
        headers.extend(message.topic.clone().map(|topic| ("topic", topic)));
        let request = OutboundRequest {
            method: "POST",
            uri: to.endpoint.as_str().to_owned(),
            headers,
            body: encrypt(to, &message.payload)?,
            answer_bytes_max: ANSWER_BYTES_MAX,
        };
        Ok(match self.outbound.send(request).await {
            Ok(answer) => judge(answer.status, &answer.body),
            Err(error @ OutboundError::Forbidden(_)) => Pushed::Refused(error.to_string()),
            Err(error @ OutboundError::Unreachable(_)) => Pushed::Later(error.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{PushEndpoint, PushId, PushKeys, SessionId, UserId};

    /// RFC 8291, appendix A: the browser's keys.
    const POINT: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn keys_come_from_a_secret() {
        let key = PushKey::parse(&format!("{}\n", "0a".repeat(32))).unwrap();
        assert_eq!(key.public().len(), 87, "65 bytes");
        assert!(key.public().starts_with('B'), "uncompressed");
        assert!(!format!("{key:?}").contains("0a0a"));
        let (long, zero) = ("0a".repeat(33), "00".repeat(32));
        for bad in ["", &long, "0a", &zero, &"ff".repeat(32), &"+a".repeat(32), &"é".repeat(32)] {
            assert!(PushKey::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn signatures_name_service_time_and_contact() {
        let key = PushKey::parse(&"0a".repeat(32)).unwrap();
        let now = Timestamp::from_ms(1_790_000_000_999);
        let contact = "mailto:push@example.org";
        let header = key.authorization("https://push.example.org", contact, now).unwrap();
        let token = header.strip_prefix("vapid t=").unwrap();
        let (token, public) = token.split_once(", k=").unwrap();
        assert_eq!(public, key.public());
        let point = URL_SAFE_NO_PAD.decode(public).unwrap();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let verifying = jsonwebtoken::DecodingKey::from_ec_components(&x, &y).unwrap();
        let mut rules = jsonwebtoken::Validation::new(Algorithm::ES256);
        rules.set_audience(&["https://push.example.org"]);
        rules.validate_exp = false;
        let claims = jsonwebtoken::decode::<serde_json::Value>(token, &verifying, &rules).unwrap();
        assert_eq!(claims.claims["exp"], 1_790_000_000 + 12 * 60 * 60);
        assert_eq!(claims.claims["sub"], contact);
    }

    #[test]
    fn only_the_browser_can_read_it() {
        let at = Timestamp::from_ms(0);
        let to = PushSubscription {
            id: PushId::of_hash([1; 32]),
            user: UserId::new(at, [1; 10]),
            session: SessionId::new(at, [1; 10]),
            endpoint: PushEndpoint::parse("https://push.example.org/", false).unwrap(),
            keys: PushKeys::parse(POINT, AUTH).unwrap(),
            created_at: at,
            ends_at: at,
        };
        let body = encrypt(&to, b"hello").unwrap();
        assert!(!body.windows(5).any(|part| part == b"hello"));
        let private = SecretKey::from_slice(&URL_SAFE_NO_PAD.decode(PRIVATE).unwrap()).unwrap();
        let read = |auth| web_push_native::decrypt(body.clone(), &private, &Auth::from(auth));
        assert_eq!(read(to.keys.auth).unwrap(), b"hello");
        assert!(read([0; 16]).is_err());
        assert_ne!(encrypt(&to, b"hello").unwrap(), body, "never with the same key twice");
    }

    #[test]
    fn answers() {
        let wants = |status| match judge(status, b"because\x1b[0m\nof this") {
            Pushed::Accepted => "accepted",
            Pushed::Gone => "gone",
            Pushed::Later(_) => "later",
            Pushed::Refused(_) => "refused",
        };
        for (status, expected) in [
            (200, "accepted"),
            (201, "accepted"),
            (204, "accepted"),
            (301, "refused"),
            (307, "refused"),
            (400, "refused"),
            (401, "refused"),
            (403, "refused"),
            (404, "gone"),
            (408, "later"),
            (410, "gone"),
            (413, "refused"),
            (429, "later"),
            (500, "later"),
            (503, "later"),
        ] {
            assert_eq!(wants(status), expected, "{status}");
        }
        assert_eq!(judge(400, b"a\x1b\nb"), Pushed::Refused("400 a  b".into()), "one line");
    }
}
