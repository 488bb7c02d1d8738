//! Files: uploaded, checked, sent, opened, removed

mod complete_attachment;
mod delete_attachment;
mod get_attachment;
mod get_attachment_meta;
pub mod sending;
mod upload_attachment;
