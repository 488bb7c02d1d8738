//! Blocks: who may not write to whom, and who hears nothing of whom.

use crate::ports::Blocks;
use domain::{Result, UserId};

/// Those whom `user` has blocked, to be left out where the room hears of `user`'s doings (typing,
/// presence, profile): one `Query`, to be made beside another read.
pub async fn blocked_by(store: &impl Blocks, user: UserId) -> Result<Vec<UserId>> {
    Ok(store.blocks_of(user).await?.into_iter().map(|(blocked, _)| blocked).collect())
}
