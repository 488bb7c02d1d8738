//! Accounts and sessions. Who may read the signing key issues tokens from what these return.

use crate::event::{Audience, Event, Fanout};
use crate::event_data::SessionExpired;
use crate::gate::Principal;
use crate::ports::{
    Accounts, Ask, Commit, FindConnections, Look, OpenSession, Publish, RateKey, SaveRate,
    Sessions, Ticket, Tickets,
};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use domain::{
    ChatError, Code, Credentials, DisplayName, Password, Profile, RateLimit, Result, Session,
    SessionId, Timestamp, UserId, Username,
};
use sha2::{Digest, Sha256};

/// How long a refresh token lives, in milliseconds (30 days).
pub const REFRESH_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How long a ticket lives, in milliseconds.
const TICKET_MS: i64 = 30_000;
/// How long a replaced refresh token still works, for a client that lost the answer.
const GRACE_MS: i64 = 60_000;
/// Failed sign-ins per account and address: five a minute.
const FAILURES: RateLimit = RateLimit { max: 5, window_ms: 60_000 };

/// A new account.
#[derive(Debug)]
pub struct Registration {
    /// Its name.
    pub username: Username,
    /// Its password.
    pub password: Password,
    /// What is shown; the username by default.
    pub display_name: Option<DisplayName>,
}

/// A session that was opened or renewed.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Whose.
    pub profile: Profile,
    /// The session.
    pub session: Session,
    /// The refresh token, shown once.
    pub refresh_token: String,
}

/// Creates an account and signs it in.
pub async fn register(
    store: &(impl Accounts + Sessions),
    now: Timestamp,
    new: Registration,
    device: Option<String>,
) -> Result<SignedIn> {
    let username = new.username.as_str().to_owned();
    let display_name = new.display_name.map_or_else(|| username.clone(), DisplayName::into_string);
    let profile = Profile::new(UserId::new(now, rand::random()), username, display_name, now);
    let hash = hash(&new.password)?;
    if store.create_account(&profile, &hash).await? == Commit::Stale {
        return Err(ChatError::new(Code::UsernameTaken));
    }
    let (session, refresh_token) = fresh_session(profile.id, now, device);
    store.put_session(&session).await?;
    Ok(SignedIn { profile, session, refresh_token })
}

/// Who signs in, with what, from where.
#[derive(Debug)]
pub struct SignIn<'a> {
    /// The name as it was typed.
    pub username: &'a str,
    /// The password.
    pub password: Password,
    /// The caller's address.
    pub address: &'a str,
    /// What the device says it is.
    pub device: Option<String>,
}

/// Signs in by name and password. A wrong name and a wrong password answer alike and take alike
/// long.
pub async fn login(
    store: &(impl Look + Accounts + OpenSession + SaveRate),
    now: Timestamp,
    new: SignIn<'_>,
) -> Result<SignedIn> {
    let refused = || ChatError::new(Code::InvalidCredentials);
    let folded = new.username.to_ascii_lowercase();
    let found = prove(store, now, &folded, &new.password, new.address).await?;
    let found = found.ok_or_else(refused)?;
    let people = crate::people(store, [found.user], now).await?;
    let profile = people.into_values().next().ok_or_else(refused)?;
    if profile.deactivated {
        return Err(ChatError::new(Code::AccountDeactivated));
    }
    let (session, refresh_token) = fresh_session(profile.id, now, new.device);
    // A password changed, or an account deactivated, in this very moment lets nobody in.
    match store.open_session(&session, &folded, &found.password_hash).await? {
        Commit::Done => Ok(SignedIn { profile, session, refresh_token }),
        Commit::Stale => Err(refused()),
    }
}

/// Checks a password and returns what it was checked against; `None` for a wrong one or an unknown
/// name, which count as failures of this name from this address.
pub(crate) async fn prove(
    store: &(impl Look + Accounts + SaveRate),
    now: Timestamp,
    folded: &str,
    password: &Password,
    address: &str,
) -> Result<Option<Credentials>> {
    if folded.len() > 20 {
        return Ok(None);
    }
    let key = RateKey::Login(folded.to_owned(), address.to_owned());
    let ask = Ask { rate: Some(key.clone()), ..Ask::default() };
    let (seen, found) =
        futures_util::future::try_join(store.look(ask, now), store.credentials(folded)).await?;
    let (window, _) = seen.rate.take(FAILURES, now)?;
    let stored = found.as_ref().map_or(NOBODY, |c| c.password_hash.as_str());
    if verify(password, stored) {
        return Ok(found);
    }
    store.save_rate(&key, &window, FAILURES).await?;
    Ok(None)
}

/// Renews a session with its refresh token. The token before the current one works for another
/// minute; any older one has been used by somebody else and ends the session.
pub async fn refresh(
    store: &(impl Look + Sessions),
    now: Timestamp,
    token: &str,
) -> Result<SignedIn> {
    let refused = || ChatError::new(Code::RefreshInvalid);
    let (user, session) = parse_refresh(token).ok_or_else(refused)?;
    let ask = Ask { session: Some((user, session)), profiles: vec![user], ..Ask::default() };
    let mut seen = store.look(ask, now).await?;
    let was = seen.session.ok_or_else(refused)?;
    let profile = seen.profiles.remove(&user).ok_or_else(refused)?;
    if profile.deactivated {
        store.end_session(user, session).await?;
        return Err(refused());
    }
    let given = sha256(token);
    let in_grace = was
        .previous
        .as_ref()
        .is_some_and(|(hash, at)| *hash == given && now.since_ms(*at) < GRACE_MS);
    if given != was.refresh_hash && !in_grace {
        store.end_session(user, session).await?;
        return Err(refused());
    }
    let refresh_token = fresh_refresh(user, session);
    let next = Session {
        refresh_hash: sha256(&refresh_token),
        previous: Some((was.refresh_hash.clone(), now)),
        expires_at: now.plus_ms(REFRESH_MS),
        ..was.clone()
    };
    if store.rotate_session(&was, &next).await? == Commit::Stale {
        // Two at once: the other's answer holds the new token.
        return Err(ChatError {
            retry_after_ms: Some(200),
            ..ChatError::because(Code::RateLimited, "this session is being refreshed; try again")
        });
    }
    Ok(SignedIn { profile, session: next, refresh_token })
}

/// Ends the caller's session: its tokens stop, its sockets are told and closed.
pub async fn logout(
    store: &(impl Look + Sessions + FindConnections),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
) -> Result<()> {
    let seen = store.look(who.ask(), now).await?;
    who.check(&seen)?;
    store.end_session(who.user, who.session).await?;
    hang_up(store, fanout, who.user, now, |session| session == who.session).await
}

/// Tells the sockets of ended sessions so, and closes them.
pub(crate) async fn hang_up(
    store: &impl FindConnections,
    fanout: &impl Publish,
    user: UserId,
    now: Timestamp,
    ended: impl Fn(SessionId) -> bool,
) -> Result<()> {
    let open = store.connections(&[user], now).await?;
    let theirs = open.into_iter().flat_map(|(_, kept)| kept.connections);
    let ids: Vec<_> = theirs.filter(|c| ended(c.session)).map(|c| c.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let event = Event::of(now, SessionExpired {});
    fanout.publish(&Fanout { close: true, ..Fanout::new(Audience::Connections(ids), event) }).await
}

/// Gives the caller a ticket for one socket: opaque text and when it ends.
pub async fn ask_ticket(
    store: &(impl Look + Tickets),
    who: Principal,
    now: Timestamp,
) -> Result<(String, Timestamp)> {
    let seen = store.look(who.ask(), now).await?;
    who.check(&seen)?;
    let text = hex(&rand::random::<[u8; 32]>());
    let ticket = Ticket {
        user: who.user,
        session: who.session,
        expires_at: now.plus_ms(TICKET_MS),
        token_expires_at: who.expires_at,
    };
    store.put_ticket(&sha256(&text), ticket).await?;
    Ok((text, ticket.expires_at))
}

/// Refused when the caller's session has ended.
pub async fn check_session(store: &impl Look, who: Principal, now: Timestamp) -> Result<()> {
    who.check(&store.look(who.ask(), now).await?)
}

/// Takes a ticket and says whose it was.
pub async fn use_ticket(store: &impl Tickets, now: Timestamp, text: &str) -> Result<Principal> {
    let taken = store.take_ticket(&sha256(text), now).await?;
    let ticket = taken.ok_or_else(|| ChatError::new(Code::TokenInvalid))?;
    Ok(Principal {
        user: ticket.user,
        session: ticket.session,
        expires_at: ticket.token_expires_at,
    })
}

/// A session that is still to be stored, and its refresh token.
pub(crate) fn fresh_session(
    user: UserId,
    now: Timestamp,
    device: Option<String>,
) -> (Session, String) {
    let id = SessionId::new(now, rand::random());
    let refresh_token = fresh_refresh(user, id);
    let session = Session {
        id,
        user,
        created_at: now,
        expires_at: now.plus_ms(REFRESH_MS),
        refresh_hash: sha256(&refresh_token),
        previous: None,
        device,
    };
    (session, refresh_token)
}

/// `<user>.<session>.<256 random bits>`: the session is found by its key, without an index.
fn fresh_refresh(user: UserId, session: SessionId) -> String {
    format!("{user}.{session}.{}", hex(&rand::random::<[u8; 32]>()))
}

fn parse_refresh(token: &str) -> Option<(UserId, SessionId)> {
    let mut parts = token.split('.');
    let user = parts.next()?.parse().ok()?;
    let session = parts.next()?.parse().ok()?;
    let whole = parts.next().is_some_and(|secret| secret.len() == 64) && parts.next().is_none();
    whole.then_some((user, session))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// A well-formed hash of nothing anybody types, so that an unknown name costs what a known one does.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Argon2id with the crate's parameters (OWASP's: 19 MiB, 2 passes).
pub(crate) fn hash(password: &Password) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|h| h.to_string()).map_err(|e| ChatError::unavailable(format!("argon2: {e}")))
}

fn verify(password: &Password, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_verify_only_themselves() {
        let password = |text: &str| Password::parse(text.into()).unwrap();
        let stored = hash(&password("correct horse")).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(&password("correct horse"), &stored));
        assert!(!verify(&password("correct horsf"), &stored));
        assert!(!verify(&password("correct horse"), NOBODY));
        assert!(PasswordHash::new(NOBODY).is_ok(), "the stand-in must cost a real verification");
    }

    #[test]
    fn refresh_tokens_carry_their_address() {
        let user = UserId::new(Timestamp::from_ms(1), [1; 10]);
        let session = SessionId::new(Timestamp::from_ms(2), [2; 10]);
        assert_eq!(parse_refresh(&fresh_refresh(user, session)), Some((user, session)));
        for bad in ["", "a.b.c", &format!("{user}.{session}"), &format!("{user}.{session}.ab")] {
            assert_eq!(parse_refresh(bad), None, "{bad}");
        }
    }
}
