//! `headers.json`: what all files carry, and what those carry whose names change with their content.

use super::Origins;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Where the build puts files named by their content.
const ASSETS: &str = "/assets/";

#[derive(Deserialize)]
struct Written {
    all: BTreeMap<String, Value>,
    assets: BTreeMap<String, Value>,
    others: BTreeMap<String, Value>,
}

/// A header's text, or its parts, which are joined by semicolons.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Parts(Vec<String>),
}

/// Headers by kind of file.
pub(super) struct Headers {
    assets: HeaderMap,
    others: HeaderMap,
}

impl Headers {
    pub(super) fn read(path: &Path, origins: &Origins) -> Result<Self, String> {
        let path_shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("the web app's headers, {path_shown}: {error}"))?;
        Self::parse(&text, origins).map_err(|detail| format!("{path_shown}: {detail}"))
    }

    fn parse(text: &str, origins: &Origins) -> Result<Self, String> {
        let written: Written = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut all = HeaderMap::new();
        add(&mut all, written.all, origins)?;
        let (mut assets, mut others) = (all.clone(), all);
        add(&mut assets, written.assets, origins)?;
        add(&mut others, written.others, origins)?;
        Ok(Self { assets, others })
    }

    /// Puts the headers of a path's file into an answer.
    pub(super) fn set(&self, path: &str, headers: &mut HeaderMap) {
        let chosen = if path.starts_with(ASSETS) { &self.assets } else { &self.others };
        headers.clone_from(chosen);
    }
}

fn add(
    headers: &mut HeaderMap,
    written: BTreeMap<String, Value>,
    origins: &Origins,
) -> Result<(), String> {
    for (name, value) in written {
        let text = match value {
            Value::Text(text) => text,
            Value::Parts(parts) => parts.join("; "),
        };
        let text = text.replace("{sockets}", &origins.sockets).replace("{files}", &origins.files);
        let value = HeaderValue::from_str(&text).map_err(|_| format!("{name} is no header"))?;
        let name = HeaderName::try_from(&name).map_err(|_| format!("{name} is no header"))?;
        headers.insert(name, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins() -> Origins {
        Origins { sockets: "ws://s:1".into(), files: "http://f:2".into() }
    }

    #[test]
    fn the_app_s_own_headers_are_read() {
        let headers = Headers::parse(include_str!("../../../../web/headers.json"), &origins())
            .expect("valid");
        let mut of_page = HeaderMap::new();
        headers.set("/", &mut of_page);
        assert_eq!(of_page["cache-control"], "no-cache");
        assert_eq!(of_page["x-content-type-options"], "nosniff");
        let policy = of_page["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("; connect-src 'self' ws://s:1 http://f:2;"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!policy.contains('{'), "{policy}");
        let mut of_asset = HeaderMap::new();
        headers.set("/assets/a.js", &mut of_asset);
        assert!(of_asset["cache-control"].to_str().is_ok_and(|v| v.contains("immutable")));
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for text in [
            "{}",
            r#"{"all":{"a b":"c"},"assets":{},"others":{}}"#,
            r#"{"all":{"a":"b\nc"},"assets":{},"others":{}}"#,
        ] {
            assert!(Headers::parse(text, &origins()).is_err(), "{text}");
        }
    }
}
