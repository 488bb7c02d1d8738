//! The built web app at the public port, as CloudFront in front of a bucket would serve it: the files that
//! exist, under headers that `headers.json` beside the folder names. Everything else is the API's.

mod files;
mod headers;

use crate::net::Answer;
use files::{File, Files};
use headers::Headers;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::Full;
use std::path::Path;
use std::sync::Arc;

/// The origins the page may speak to besides its own; they are known when everything listens.
pub struct Origins {
    /// Of the WebSocket API.
    pub sockets: String,
    /// Of signed addresses of files.
    pub files: String,
}

/// The app's files and their headers.
pub struct Site {
    files: Files,
    headers: Headers,
}

impl Site {
    /// Opens the folder of the built app.
    ///
    /// # Errors
    /// One sentence, if there is no app in it or its headers cannot be read.
    pub fn open(folder: &Path, origins: &Origins) -> Result<Self, String> {
        if !folder.join("index.html").is_file() {
            let folder = folder.display();
            return Err(format!("there is no built web app in {folder}: `npm run build` in web/"));
        }
        let headers = Headers::read(&folder.join("../headers.json"), origins)?;
        Ok(Self { files: Files::of(folder), headers })
    }

    /// The answer if the request is for a file of the app.
    pub async fn answer(&self, method: &Method, path: &str, asked: &HeaderMap) -> Option<Answer> {
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        let file = self.files.find(path).await?;
        let packed = file.packed.as_ref().filter(|_| takes_gzip(asked));
        let tag = tag(&file, packed.is_some());
        let same = asked.get_all(header::IF_NONE_MATCH).iter().any(|tags| names(tags, &tag));
        let mut answer = Answer::default();
        let headers = answer.headers_mut();
        self.headers.set(path, headers);
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if same {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            return Some(answer);
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
        if packed.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let body = packed.unwrap_or(&file.bytes);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        if method == Method::GET {
            *answer.body_mut() = Full::new(body.clone());
        }
        Some(answer)
    }
}

/// S3's tag is the content's MD5; what CloudFront has compressed on the way has it as a weak one.
fn tag(file: &Arc<File>, packed: bool) -> String {
    let weak = if packed { "W/" } else { "" };
    format!("{weak}\"{}\"", file.digest)
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let listed =
        asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|list| list.to_str().ok());
    listed.flat_map(|list| list.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// Whether a list of tags has this one, weakly compared.
fn names(tags: &HeaderValue, tag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.to_str().is_ok_and(|list| {
        list.split(',').any(|one| one.trim() == "*" || strong(one) == strong(tag))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_only_for_those_who_take_it() {
        let asked = |list: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(list),
            )]))
        };
        assert!(asked("br, gzip") && asked("GZIP;q=0.5"));
        assert!(!asked("br") && !asked("gzip;q=0") && !takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn tags_are_compared_weakly() {
        let list = HeaderValue::from_static("\"a\", W/\"b\"");
        assert!(names(&list, "\"b\"") && names(&list, "W/\"a\""));
        assert!(!names(&list, "\"c\"") && names(&HeaderValue::from_static("*"), "\"c\""));
    }
}
