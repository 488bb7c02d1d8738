//! WebSocket APIs: `$connect` with its authorizer, routes by the body, `$disconnect`, `@connections`.

mod connect;
mod connection;
mod event;
mod management;
mod session;

pub(crate) use connect::is_upgrade;
pub use connection::Connections;
pub use management::{handle as manage, is_management};

use crate::runtime::{Function, Host};
use crate::template::model::{IdentitySource, SocketApiSpec};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// API Gateway's limits. A frame and a message in bytes, both inbound; also the largest `@connections` post.
pub const FRAME_BYTES_MAX: usize = 32 * 1024;
/// See [`FRAME_BYTES_MAX`].
pub const MESSAGE_BYTES_MAX: usize = 128 * 1024;

/// How long sockets live, shortened by tests.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// Without any traffic.
    pub idle: Duration,
    /// Altogether.
    pub age: Duration,
}

/// One WebSocket API.
pub struct SocketApi {
    /// Logical id.
    pub id: String,
    /// Stage.
    pub stage: String,
    /// The path of handshakes, without slashes at its ends.
    pub path: String,
    /// Port in `requestContext.domainName`.
    pub public_port: u16,
    /// Its live connections.
    pub connections: Connections,
    selection: Vec<String>,
    variables: BTreeMap<String, String>,
    routes: BTreeMap<String, Route>,
    authorizer: Option<(Arc<Function>, Vec<IdentitySource>)>,
    lifetimes: Lifetimes,
}

struct Route {
    function: Arc<Function>,
    answers: bool,
    timeout: Duration,
}

impl SocketApi {
    /// Ties an API to its functions.
    ///
    /// # Errors
    /// One sentence naming a function that is not in the template.
    pub fn new(
        spec: &SocketApiSpec,
        host: &Host,
        public_port: u16,
        lifetimes: Lifetimes,
    ) -> Result<Arc<Self>, String> {
        let function = |id: &str, of: &str| {
            host.get(id).ok_or_else(|| {
                format!("{} ({of}): the function {id} is not in the template", spec.id)
            })
        };
        let mut routes = BTreeMap::new();
        for (key, route) in &spec.routes {
            let function = function(&route.function, key)?;
            routes.insert(
                key.clone(),
                Route { function, answers: route.answers, timeout: route.timeout },
            );
        }
        let authorizer = match &spec.authorizer {
            Some(authorizer) => {
                Some((function(&authorizer.function, "authorizer")?, authorizer.identity.clone()))
            }
            None => None,
        };
        Ok(Arc::new(Self {
            id: spec.id.clone(),
            stage: spec.stage.clone(),
            path: spec.path.clone(),
            public_port,
            connections: Connections::default(),
            selection: spec.selection.clone(),
            variables: spec.variables.clone(),
            routes,
            authorizer,
            lifetimes,
        }))
    }

    /// The key of the route a frame belongs to: its own if there is one, else `$default`.
    fn route_of(&self, body: &str) -> Option<(&str, &Route)> {
        let value: Option<serde_json::Value> = serde_json::from_str(body).ok();
        let mut at = value.as_ref();
        for step in &self.selection {
            at = at.and_then(|value| value.get(step));
        }
        at.and_then(serde_json::Value::as_str)
            // The three fixed routes are not for frames to choose.
            .filter(|key| !key.starts_with('$'))
            .and_then(|key| self.routes.get_key_value(key))
            .or_else(|| self.routes.get_key_value("$default"))
            .map(|(key, route)| (key.as_str(), route))
    }
}
