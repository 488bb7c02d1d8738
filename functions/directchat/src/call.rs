//! The headers of a call: who makes it, and where they are called back.

use crate::may_be_called;
use crate::names::{local_user, own_address};
use chat::contacts::Caller;
use domain::{
    AvatarUrl, Channel, ChatError, Code, FieldError, Identification, PeerAddress, ReplyMethod,
    Result, nickname,
};
use edge::{App, Request};

/// What is told where no channel stands in the path.
const NO_CHANNEL: &str =
    "there is no channel in the path; a # has to be written as %23, as in /send/%23main";

/// The channel of `/send/{channel}`. What cannot be one is an unknown one.
pub fn channel(request: &Request) -> Result<Channel> {
    let text = request.path_text("channel");
    if text.is_empty() {
        return Err(ChatError::because(Code::NotFound, NO_CHANNEL));
    }
    let parsed = Channel::parse(&text);
    parsed.map_err(|wrong| {
        ChatError::because(Code::NotFound, format!("the channel {}", wrong.expected))
    })
}

/// Reads whom a call is for, and what its headers say of whoever makes it.
pub fn caller(app: &App, request: &Request, channel: Option<Channel>) -> Result<Caller> {
    let username = local_user(app, request)?;
    let version = needed(request, "Chat-Version")?.trim().trim_matches('"');
    if version != "v1" {
        return Err(FieldError::new("Chat-Version", "invalid", "must be v1").into());
    }
    let identification = Identification::parse(needed(request, "Chat-Identification")?.trim())?;
    let name = needed(request, "Chat-Nickname")?;
    let name = nickname(name)
        .ok_or_else(|| FieldError::new("Chat-Nickname", "invalid", "must be a name"))?;
    let reply = PeerAddress::parse(needed(request, "Chat-Reply")?);
    let reply = reply.map_err(|wrong| wrong.at("Chat-Reply"))?;
    may_be_called(app, &reply, "Chat-Reply")?;
    let method = match request.header("chat-reply-method") {
        None => ReplyMethod::default(),
        Some(word) => ReplyMethod::parse(word).ok_or_else(|| {
            FieldError::new("Chat-Reply-Method", "invalid", "must be replace or fallback")
        })?,
    };
    // Optional, so what cannot be shown is left out.
    let picture = request.header("chat-profile-picture").map(str::trim);
    let picture = picture.filter(|url| url.starts_with("https://"));
    let picture = picture.and_then(|url| AvatarUrl::parse(url).ok());
    Ok(Caller {
        own_address: own_address(app, request, &username),
        username,
        identification,
        nickname: name,
        picture,
        reply,
        method,
        channel,
        content_as_text: None,
    })
}

fn needed<'a>(request: &'a Request, name: &'static str) -> Result<&'a str> {
    let value = request.header(&name.to_ascii_lowercase()).filter(|v| !v.trim().is_empty());
    value.ok_or_else(|| FieldError::new(name, "required", "is a required header").into())
}
