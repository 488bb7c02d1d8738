//! One signed-in person.

use crate::answer::Answer;
use crate::api::{Api, Payload};
use crate::shape;
use crate::stack::Stack;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// Everybody's password, unless a test is about passwords.
pub const PASSWORD: &str = "correct horse battery";

/// One session of one person.
#[derive(Clone)]
pub struct User {
    /// The HTTP side.
    pub api: Api,
    /// The socket's URL.
    pub ws: String,
    /// The user's id.
    pub id: String,
    /// The username.
    pub name: String,
    /// The access token.
    pub token: String,
    /// The refresh token.
    pub refresh_token: String,
}

/// A username nobody else has, on any run.
pub fn username() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let random = uuid::Uuid::now_v7().simple().to_string();
    format!("u{}_{number:x}", &random[20..])
}

impl Stack {
    /// A client that is nobody.
    pub fn api(&self) -> Api {
        Api::new(self.http())
    }

    /// Registers a new person.
    pub async fn user(&self) -> User {
        self.user_named(&username(), None).await
    }

    /// Registers a new person under a name.
    pub async fn user_named(&self, name: &str, display_name: Option<&str>) -> User {
        let mut body = json!({"username": name, "password": PASSWORD});
        if let Some(display_name) = display_name {
            body["display_name"] = json!(display_name);
        }
        let api = self.api();
        let session = api.call("POST", "/auth/register", None, body).await.ok(201);
        shape::session(&session);
        User::of(api, self.ws(), &session)
    }

    /// Registers several people at once.
    pub async fn users<const N: usize>(&self) -> [User; N] {
        let people = futures_util::future::join_all((0..N).map(|_| self.user())).await;
        people.try_into().unwrap_or_else(|_| unreachable!("as many as asked for"))
    }

    /// Registers as many people as a number says.
    pub async fn crowd(&self, count: usize) -> Vec<User> {
        let mut people = vec![];
        while people.len() < count {
            let some = (count - people.len()).min(16);
            people.extend(futures_util::future::join_all((0..some).map(|_| self.user())).await);
        }
        people
    }
}

impl User {
    /// The person of a session document.
    pub fn of(api: Api, ws: String, session: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            api,
            ws,
            id: text(&session["user"]["id"]),
            name: text(&session["user"]["username"]),
            token: text(&session["token"]),
            refresh_token: text(&session["refresh_token"]),
        }
    }

    /// A second session of the same person.
    pub async fn sign_in_again(&self) -> Self {
        let body = json!({"username": self.name, "password": PASSWORD});
        let session = self.api.call("POST", "/auth/login", None, body).await.ok(200);
        Self::of(Api::new(self.api.base.clone()), self.ws.clone(), &session)
    }

    /// The same session on a new connection pool: one that outlived a killed server holds dead connections.
    pub fn reconnected(&self) -> Self {
        Self { api: Api::new(self.api.base.clone()), ..self.clone() }
    }

    /// GET
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, Payload::None).await
    }

    /// POST
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body).await
    }

    /// POST without a body
    pub async fn poke(&self, path: &str) -> Answer {
        self.call("POST", path, Payload::None).await
    }

    /// PUT
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, body).await
    }

    /// PATCH
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, body).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, Payload::None).await
    }

    /// Any request.
    pub async fn call(&self, method: &str, path: &str, payload: impl Into<Payload>) -> Answer {
        self.api.call(method, path, Some(&self.token), payload).await
    }

    /// Any request with headers.
    pub async fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        payload: impl Into<Payload>,
    ) -> Answer {
        match self.api.try_call(method, path, Some(&self.token), headers, payload.into()).await {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path}: no answer: {error:?}"),
        }
    }
}
