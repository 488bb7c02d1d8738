//! Users as the protocol names them: each has a host of their own, or a path where there is no domain.

use domain::{ChatError, Code, Result};
use edge::{App, Request};

/// Whom a request is for, as a folded username: by the path, else by the host.
pub fn local_user(app: &App, request: &Request) -> Result<String> {
    let named = request.path_text("username");
    if !named.is_empty() {
        return Ok(named.to_ascii_lowercase());
    }
    let domain = app.directchat_domain().ok_or_else(|| {
        let why = "users here have no hosts of their own: use /directchat/{username}/…";
        ChatError::because(Code::NotFound, why)
    })?;
    let user = user_of_host(host(request), &domain);
    user.ok_or_else(|| ChatError::because(Code::NotFound, "this host is nobody's"))
}

/// Where the other side finds a user: their host, or the path at the host that was asked.
pub fn own_address(app: &App, request: &Request, username: &str) -> String {
    let by_host = app.directchat_domain().and_then(|domain| host_of_user(username, &domain));
    by_host.unwrap_or_else(|| {
        let scheme =
            request.header("x-forwarded-proto").filter(|p| *p == "http").unwrap_or("https");
        format!("{scheme}://{}/directchat/{username}", host(request))
    })
}

/// The host that the other side has called. CloudFront calls the functions under another one, and tells
/// the viewer's in a header of its own.
fn host(request: &Request) -> &str {
    let viewers = request.header("x-forwarded-host");
    viewers.or_else(|| request.header("host")).unwrap_or_default()
}

/// The user of `<user>.<domain>`. An underscore cannot stand in a host's name: a hyphen does for it.
fn user_of_host(host: &str, domain: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let without_port = |name: &str| {
        let port = name.rsplit_once(':').filter(|(_, p)| p.bytes().all(|b| b.is_ascii_digit()));
        port.map_or(name, |(name, _)| name).to_owned()
    };
    let label =
        without_port(&host).strip_suffix(&without_port(domain))?.strip_suffix('.')?.to_owned();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (!label.is_empty() && label.bytes().all(plain)).then(|| label.replace('-', "_"))
}

/// The host of a user, if their name can be one.
fn host_of_user(username: &str, domain: &str) -> Option<String> {
    let label = username.to_ascii_lowercase().replace('_', "-");
    let fits = !label.starts_with('-') && !label.ends_with('-');
    fits.then(|| format!("{label}.{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_name_users() {
        for (host, user) in [
            ("alice.chat.example", Some("alice")),
            ("Alice.Chat.Example:4000", Some("alice")),
            ("a-b.chat.example", Some("a_b")),
            ("chat.example", None),
            (".chat.example", None),
            ("a.b.chat.example", None),
            ("alicechat.example", None),
            ("alice.example", None),
            ("", None),
        ] {
            assert_eq!(user_of_host(host, "chat.example").as_deref(), user, "{host}");
        }
        assert_eq!(user_of_host("bob.chat.example:1", "chat.example:4000").as_deref(), Some("bob"));
    }

    #[test]
    fn users_have_hosts_where_they_can() {
        assert_eq!(host_of_user("A_b1", "x.y").as_deref(), Some("a-b1.x.y"));
        for name in ["_ab", "ab_"] {
            assert_eq!(host_of_user(name, "x.y"), None);
        }
    }
}
