//! Route keys and the choice between them: the most specific path wins, segment by segment from the
//! left (text before `{name}` before `{name+}`), then the method before `ANY`, then `$default`.

use http::Method;
use percent_encoding::percent_decode_str;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Text(String),
    One(String),
    Rest(String),
}

struct Route<T> {
    key: String,
    /// `None` is `ANY`.
    method: Option<Method>,
    segments: Vec<Segment>,
    target: T,
}

/// All routes.
pub(super) struct Routes<T> {
    routes: Vec<Route<T>>,
    default: Option<T>,
}

impl<T> Default for Routes<T> {
    fn default() -> Self {
        Self { routes: Vec::new(), default: None }
    }
}

/// A route that was found.
pub(super) struct Found<'a, T> {
    /// Its key as in the template.
    pub key: &'a str,
    /// What it leads to.
    pub target: &'a T,
    /// Values of its path's variables, decoded.
    pub parameters: Vec<(&'a str, String)>,
}

impl<T> Routes<T> {
    /// Adds a route by its key.
    pub(super) fn add(&mut self, key: &str, target: T) -> Result<(), String> {
        if key == "$default" {
            if self.default.is_some() {
                return Err("the route $default is there twice".into());
            }
            self.default = Some(target);
            return Ok(());
        }
        let (method, path) = key.split_once(' ').ok_or("a route key is a method and a path")?;
        let method = match method {
            "ANY" => None,
            name => Some(name.parse().map_err(|_| format!("{name} is no method"))?),
        };
        let segments = segments(path)?;
        if self
            .routes
            .iter()
            .any(|route| route.method == method && same(&route.segments, &segments))
        {
            return Err("the route is there twice".into());
        }
        self.routes.push(Route { key: key.to_owned(), method, segments, target });
        Ok(())
    }

    /// Whether there is a route for a path other than `$default`.
    pub(super) fn covers(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        self.routes.iter().any(|route| matches(&route.segments, &parts))
    }

    /// Finds the route of a request.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Found<'_, T>> {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let best = self
            .routes
            .iter()
            .filter(|route| {
                route.method.as_ref().is_none_or(|own| own == method)
                    && matches(&route.segments, &parts)
            })
            .min_by(|a, b| {
                rank(&a.segments)
                    .cmp(rank(&b.segments))
                    .then(a.method.is_none().cmp(&b.method.is_none()))
            });
        match best {
            Some(route) => Some(Found {
                key: &route.key,
                target: &route.target,
                parameters: bind(&route.segments, &parts),
            }),
            None => self.default.as_ref().map(|target| Found {
                key: "$default",
                target,
                parameters: Vec::new(),
            }),
        }
    }
}

fn segments(path: &str) -> Result<Vec<Segment>, String> {
    let path = path.strip_prefix('/').ok_or("a path begins with a slash")?;
    let all: Vec<Segment> = path
        .split('/')
        .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Segment::Rest(name.to_owned()),
                None => Segment::One(name.to_owned()),
            },
            None => Segment::Text(part.to_owned()),
        })
        .collect();
    match all.iter().position(|segment| matches!(segment, Segment::Rest(_))) {
        Some(at) if at + 1 != all.len() => Err("a greedy variable must come last".into()),
        _ => Ok(all),
    }
}

fn rank(segments: &[Segment]) -> impl Iterator<Item = u8> + '_ {
    segments.iter().map(|segment| match segment {
        Segment::Text(_) => 0,
        Segment::One(_) => 1,
        Segment::Rest(_) => 2,
    })
}

fn same(a: &[Segment], b: &[Segment]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|pair| match pair {
            (Segment::Text(a), Segment::Text(b)) => a == b,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        })
}

fn matches(segments: &[Segment], parts: &[&str]) -> bool {
    for (at, segment) in segments.iter().enumerate() {
        match (segment, parts.get(at)) {
            (Segment::Rest(_), Some(_)) => return true,
            (Segment::Text(text), Some(part)) if text == part => {}
            (Segment::One(_), Some(part)) if !part.is_empty() => {}
            _ => return false,
        }
    }
    segments.len() == parts.len()
}

fn bind<'a>(segments: &'a [Segment], parts: &[&str]) -> Vec<(&'a str, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    segments
        .iter()
        .enumerate()
        .filter_map(|(at, segment)| match segment {
            Segment::Text(_) => None,
            Segment::One(name) => Some((name.as_str(), decode(parts.get(at)?))),
            Segment::Rest(name) => Some((name.as_str(), decode(&parts.get(at..)?.join("/")))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(keys: &[&str]) -> Routes<String> {
        let mut routes = Routes::default();
        for key in keys {
            routes.add(key, (*key).to_owned()).expect("valid route");
        }
        routes
    }

    #[test]
    fn the_most_specific_route_wins() {
        let routes = routes(&[
            "GET /users/{id}",
            "GET /users/search",
            "ANY /users/{id}",
            "GET /{rest+}",
            "$default",
        ]);
        let key = |method: Method, path: &str| {
            routes.find(&method, path).expect("a default").key.to_owned()
        };
        assert_eq!(key(Method::GET, "/users/search"), "GET /users/search");
        assert_eq!(key(Method::GET, "/users/1"), "GET /users/{id}");
        assert_eq!(key(Method::PUT, "/users/1"), "ANY /users/{id}");
        assert_eq!(key(Method::GET, "/users/1/dm"), "GET /{rest+}");
        assert_eq!(key(Method::PUT, "/other"), "$default");
        assert_eq!(key(Method::GET, "/users/"), "GET /{rest+}");
    }

    #[test]
    fn parameters_are_decoded() {
        let routes = routes(&["DELETE /m/{id}/r/{emoji}", "GET /f/{path+}"]);
        let found = routes.find(&Method::DELETE, "/m/a-1/r/%F0%9F%91%8D").expect("found");
        assert_eq!(found.parameters, [("id", "a-1".to_owned()), ("emoji", "👍".to_owned())]);
        let found = routes.find(&Method::GET, "/f/a/b%20c").expect("found");
        assert_eq!(found.parameters, [("path", "a/b c".to_owned())]);
    }

    #[test]
    fn doubles_and_nonsense_are_refused() {
        let mut routes = routes(&["GET /a/{b}"]);
        assert!(routes.add("GET /a/{c}", String::new()).is_err());
        assert!(routes.add("GET /{a+}/b", String::new()).is_err());
        assert!(routes.find(&Method::GET, "/nothing").is_none());
    }
}
