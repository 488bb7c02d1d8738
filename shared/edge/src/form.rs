//! Forms with a file (`multipart/form-data`, RFC 7578).

use bytes::Bytes;
use domain::{FieldError, Result};
use multer::Multipart;
use std::collections::HashMap;
use std::convert::Infallible;

/// The field `file` of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormFile {
    /// The name it came under, as it was sent.
    pub filename: Option<String>,
    /// The declared media type.
    pub content_type: Option<String>,
    /// The bytes.
    pub bytes: Bytes,
}

/// Reads a form's one file; other fields are ignored.
pub(crate) async fn file_in(body: Bytes, boundary: String) -> Result<FormFile> {
    let whole = async move { Ok::<_, Infallible>(body) };
    let mut form = Multipart::new(futures_util::stream::once(whole), boundary);
    let mut found = None;
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        if field.name() != Some("file") {
            continue;
        }
        if found.is_some() {
            return Err(FieldError::new("/file", "exclusive", "must be one file").into());
        }
        let filename = field.file_name().map(unescaped);
        let content_type = field.content_type().map(ToString::to_string);
        let bytes = field.bytes().await.map_err(|_| broken())?;
        found = Some(FormFile { filename, content_type, bytes });
    }
    found.ok_or_else(|| FieldError::new("/file", "required", "is required").into())
}

/// Reads a form's fields that are texts; files are ignored. Of several by one name the last counts.
pub(crate) async fn texts_in(body: Bytes, boundary: String) -> Result<HashMap<String, String>> {
    let whole = async move { Ok::<_, Infallible>(body) };
    let mut form = Multipart::new(futures_util::stream::once(whole), boundary);
    let mut found = HashMap::new();
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        let (Some(name), None) = (field.name().map(str::to_owned), field.file_name()) else {
            continue;
        };
        found.insert(name, field.text().await.map_err(|_| broken())?);
    }
    Ok(found)
}

/// Browsers write these three as percent-encodings, and no others (HTML, "Multipart form data").
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

pub(crate) fn broken() -> domain::ChatError {
    FieldError::new("/file", "invalid", "must be part of a complete multipart/form-data body")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(body: &str) -> Result<FormFile> {
        file_in(Bytes::from(body.replace('\n', "\r\n")), "b".into()).await
    }

    fn code(result: Result<FormFile>) -> &'static str {
        result.unwrap_err().fields[0].code
    }

    #[tokio::test]
    async fn one_file_is_found_among_the_fields() {
        let part = "--b\nContent-Disposition: form-data; name=\"note\"\n\nhello\n\
                    --b\nContent-Disposition: form-data; name=\"file\"; filename=\"名 a.png\"\n\
                    Content-Type: image/png\n\nbytes\n--b--\n";
        let file = read(part).await.unwrap();
        assert_eq!(file.filename.as_deref(), Some("名 a.png"));
        assert_eq!(file.content_type.as_deref(), Some("image/png"));
        assert_eq!(file.bytes, "bytes");
        let nameless = "--b\nContent-Disposition: form-data; name=\"file\"\n\nx\n--b--\n";
        assert_eq!(read(nameless).await.unwrap().filename, None);
    }

    #[tokio::test]
    async fn texts_are_found_beside_files() {
        let form = "--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\nhé\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n";
        let texts = texts_in(Bytes::from(form), "b".into()).await.unwrap();
        assert_eq!(texts, HashMap::from([("content".to_owned(), "hé".to_owned())]));
        assert!(texts_in(Bytes::from("--b"), "b".into()).await.is_err());
    }

    #[tokio::test]
    async fn what_is_no_such_form_is_refused() {
        let one = "--b\nContent-Disposition: form-data; name=\"file\"\n\nx\n";
        assert_eq!(code(read("--b--\n").await), "required");
        assert_eq!(code(read(&format!("{one}{one}--b--\n")).await), "exclusive");
        for broken in ["", "hello", one, "--b\nContent-Disposition: form-data; name=\"file\""] {
            assert_eq!(code(read(broken).await), "invalid", "{broken}");
        }
    }
}
