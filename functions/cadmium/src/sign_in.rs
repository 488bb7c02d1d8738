//! Accounts and sessions: what the three ways to sign in share.

use crate::dialect::Dialect;
use crate::frame::Frame;
use crate::refusal::Refusal;
use crate::session::admit;
use chat::ports::Sessions;
use chat::{Principal, Registration, SignIn, SignedIn};
use domain::{ChatError, Code, Face, Password, Username};
use edge::App;

/// A session that was opened over this face.
pub struct LoggedIn {
    /// The token for requests of this face.
    pub token: String,
    /// The device: a session, as users see it in their list.
    pub device: String,
}

/// Signs in with name and password; the connection is this user's from then on.
pub async fn password_login(
    app: &App,
    frame: &Frame<'_>,
    username: &str,
    password: String,
) -> Result<LoggedIn, Refusal> {
    // A password that nobody can have is a wrong one.
    let password = Password::parse(password);
    let password = password.map_err(|_| ChatError::new(Code::InvalidCredentials))?;
    let (address, device) = (frame.call.address(), frame.call.device());
    let new = SignIn { username, password, address, device };
    let signed_in = chat::login(&app.table, frame.call.now, new).await.map_err(refused)?;
    session(app, frame, &signed_in).await
}

/// Creates an account; with `login` the connection is its user's from then on.
pub async fn registered(
    app: &App,
    frame: &Frame<'_>,
    username: &str,
    password: String,
    login: bool,
) -> Result<(String, Option<LoggedIn>), Refusal> {
    if !app.registration_open() {
        return Err(ChatError::new(Code::RegistrationClosed).into());
    }
    let username =
        Username::parse(username).map_err(|e| Refusal::invalid("username", e.expected))?;
    let password =
        Password::parse(password).map_err(|e| Refusal::invalid("password", e.expected))?;
    if app.moderators().names(username.as_str()) {
        return Err(Refusal::invalid("username", "is a reserved name"));
    }
    let new = Registration { username, password, display_name: None };
    let device = frame.call.device();
    let signed_in = chat::register(&app.table, frame.call.now, new, device).await?;
    let name = signed_in.profile.username.clone();
    if !login {
        app.table.end_session(signed_in.session.user, signed_in.session.id).await?;
        return Ok((name, None));
    }
    Ok((name, Some(session(app, frame, &signed_in).await?)))
}

async fn session(app: &App, frame: &Frame<'_>, new: &SignedIn) -> Result<LoggedIn, Refusal> {
    let now = frame.call.now;
    let expires_at = now.plus_ms(app.token_ms());
    let (user, session) = (new.session.user, new.session.id);
    let signer = app.signer().await?;
    let token = signer.token(Some(Face::Cadmium), user, session, now, expires_at)?;
    let (who, spelled) =
        (Principal { user, session, expires_at }, Dialect::told_to(&frame.envelope.kind));
    admit(app, frame.call, who, spelled).await?;
    Ok(LoggedIn { token, device: session.to_string() })
}

/// A deactivated account cannot sign in: there is an error id of sign-in for that, and one sentence more.
fn refused(error: ChatError) -> Refusal {
    let deactivated = error.code == Code::AccountDeactivated;
    let refusal = Refusal::from(error);
    if deactivated { refusal.named("invalid_creds") } else { refusal }
}
