//! The HTTP API: routes requests to functions as API Gateway does, payload format 2.0.

mod answer;
mod cors;
mod event;
pub(crate) use event::pairs;
mod routes;

use crate::net::{self, Answer, BodyError};
use crate::runtime::{Failure, Function, Host};
use crate::template::model::{Deployment, HttpApiSpec, Source};
use http::{HeaderValue, Method, Request, StatusCode, header};
use hyper::body::Incoming;
use routes::Routes;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// API Gateway's limit on a request's body, in bytes.
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;
/// API Gateway's limit on waiting for a function.
const INTEGRATION_MAX: Duration = Duration::from_secs(30);

/// An HTTP API at the public port.
pub struct HttpApi {
    spec: HttpApiSpec,
    routes: Routes<Arc<Function>>,
}

impl HttpApi {
    /// Collects the routes of all functions.
    ///
    /// # Errors
    /// One sentence about the first route that is wrong.
    pub fn new(spec: HttpApiSpec, deployment: &Deployment, host: &Host) -> Result<Self, String> {
        let mut routes = Routes::default();
        for function in &deployment.functions {
            let Some(hosted) = host.get(&function.id) else { continue };
            for source in &function.sources {
                if let Source::Http { api, route } = source
                    && *api == spec.id
                {
                    routes
                        .add(route, Arc::clone(&hosted))
                        .map_err(|detail| format!("{} ({route}): {detail}", function.id))?;
                }
            }
        }
        Ok(Self { spec, routes })
    }

    /// Whether one of its routes, the catch-all aside, is for this path, whatever the method.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        self.routes.covers(path)
    }

    /// Answers one request.
    pub async fn handle(&self, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        let request_id = request_id();
        let origin = request.headers().get(header::ORIGIN).cloned();
        let mut answer = match (&self.spec.cors, &origin) {
            (Some(cors), Some(origin)) if cors::is_preflight(&request) => {
                cors::preflight(cors, origin, &request)
            }
            _ => self.route(request, peer, &request_id).await,
        };
        if let (Some(cors), Some(origin)) = (&self.spec.cors, &origin) {
            cors::decorate(cors, origin, answer.headers_mut());
        }
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            answer.headers_mut().insert("apigw-requestid", value);
        }
        answer
    }

    async fn route(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        request_id: &str,
    ) -> Answer {
        let (parts, body) = request.into_parts();
        let Some(found) = self.routes.find(&parts.method, parts.uri.path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let body = match net::read(body, BODY_BYTES_MAX).await {
            Ok(body) => body,
            Err(BodyError::TooLarge) => {
                return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
            }
            Err(BodyError::Broken) => return message(StatusCode::BAD_REQUEST, "Bad Request"),
        };
        let event = event::build(&event::Inbound {
            parts: &parts,
            body: &body,
            peer,
            api: &self.spec.id,
            route: found.key,
            path_parameters: found.parameters,
            request_id,
        });
        match tokio::time::timeout(INTEGRATION_MAX, found.target.invoke(event.into())).await {
            Ok(Ok(result)) => answer::from_function(&result, parts.method == Method::HEAD),
            Ok(Err(Failure::Throttled)) | Err(_) => {
                message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
            Ok(Err(Failure::TooLarge)) => {
                message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
            }
            Ok(Err(_)) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        }
    }
}

/// API Gateway's own words.
pub(crate) fn message(status: StatusCode, text: &str) -> Answer {
    net::json(status, &json!({ "message": text }))
}

/// Fifteen characters and an equals sign, like API Gateway's.
pub(crate) fn request_id() -> String {
    use base64::Engine;
    let random = uuid::Uuid::new_v4().into_bytes();
    base64::engine::general_purpose::URL_SAFE.encode(&random[..11])
}
