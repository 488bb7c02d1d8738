//! Tells a path nobody knows from one that is only asked with the wrong method.
//!
//! API Gateway takes the route whose method and path match and hands the rest to `$default`. So a request
//! that arrives here has no route, but its path may still fit the paths of some.

include!(concat!(env!("OUT_DIR"), "/routes.rs"));

/// Why a request has no route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unrouted {
    /// No route has such a path: 404.
    NotFound,
    /// Routes have it, with these methods, each once and in alphabetical order: 405, with `Allow`.
    MethodNotAllowed(Vec<&'static str>),
}

/// Why `method` on `path` has no route. A method that does have one counts as not found: then the deployed
/// routes are not those of this build.
pub fn answer(method: &str, path: &str) -> Unrouted {
    let mut allowed: Vec<_> =
        ROUTES.iter().filter(|(_, route)| fits(route, path)).map(|(m, _)| *m).collect();
    allowed.sort_unstable();
    allowed.dedup();
    if allowed.is_empty() || allowed.contains(&method) {
        return Unrouted::NotFound;
    }
    Unrouted::MethodNotAllowed(allowed)
}

/// Segment by segment: `{name}` stands for one that is not empty, anything else for itself.
fn fits(route: &str, path: &str) -> bool {
    let variable = |wanted: &str| wanted.starts_with('{') && wanted.ends_with('}');
    let (wanted, given) = (route.split('/'), path.split('/'));
    wanted.clone().count() == given.clone().count()
        && wanted.zip(given).all(
            |(wanted, given)| {
                if variable(wanted) { !given.is_empty() } else { wanted == given }
            },
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_paths_tell_their_methods() {
        for (method, path, allowed) in [
            ("GET", "/auth/login", vec!["POST"]),
            ("POST", "/auth/me", vec!["GET"]),
            ("DELETE", "/rooms", vec!["GET", "POST"]),
            (
                "POST",
                "/rooms/0198c0de-7b0a-7c3e-8f00-0000000000aa",
                vec!["DELETE", "GET", "PATCH", "PUT"],
            ),
            // Also a path of `/rooms/{room_id}`, so API Gateway routes those methods there.
            ("POST", "/rooms/public", vec!["DELETE", "GET", "PATCH", "PUT"]),
            ("PUT", "/rooms/not-an-id/messages", vec!["GET", "POST"]),
            ("PUT", "/messages/x/reactions", vec!["GET", "POST"]),
            ("GET", "/messages/x/reactions/👍", vec!["DELETE"]),
            ("DELETE", "/users/me", vec!["GET", "PATCH"]),
            ("HEAD", "/rooms", vec!["GET", "POST"]),
            ("get", "/rooms", vec!["GET", "POST"]),
        ] {
            assert_eq!(
                answer(method, path),
                Unrouted::MethodNotAllowed(allowed),
                "{method} {path}"
            );
        }
    }

    #[test]
    fn unknown_paths_are_not_found() {
        for path in [
            "",
            "/",
            "//",
            "/room",
            "/rooms/",
            "/Rooms",
            "rooms",
            "/rooms//messages",
            "/rooms/x/messages/",
            "/rooms/x/y/z",
            "/messages",
            "/messages/x/reactions/a/b",
            "/users",
            "/auth",
            "/$default",
            "/{room_id}",
        ] {
            assert_eq!(answer("GET", path), Unrouted::NotFound, "{path}");
        }
    }

    #[test]
    fn every_route_of_the_template_is_known() {
        for (method, route) in ROUTES {
            let path = route.replace(['{', '}'], "");
            let Unrouted::MethodNotAllowed(allowed) = answer("TRACE", &path) else {
                panic!("{method} {route}: not found");
            };
            assert!(allowed.contains(method), "{method} {route}");
            assert_eq!(
                answer(method, &path),
                Unrouted::NotFound,
                "{method} {route}: routed after all"
            );
        }
        assert!(ROUTES.contains(&("POST", "/rooms/{room_id}/join")));
    }
}
