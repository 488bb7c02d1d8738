//! Public keys `KEYS / KEY#<kid>`. A `kid` stands for one key for ever.

use crate::item::{Fields, Row, s};
use crate::write::Write;
use crate::{Table, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::Keys;
use domain::{ChatError, Result};

impl Keys for Table {
    async fn public_key(&self, kid: &str) -> Result<Option<String>> {
        let item = self.get(keys::public_key(kid)).await?;
        item.map(|item| Fields(&item).string("public_hex")).transpose()
    }

    async fn publish_key(&self, kid: &str, public_hex: &str) -> Result<()> {
        let item = Row::at(keys::public_key(kid)).text("public_hex", public_hex).build();
        let publish = Write::put(item)
            .when("attribute_not_exists(PK) OR #public_hex = :same")
            .value(":same", s(public_hex));
        let published = self.write(publish, ReturnValue::None).await?.is_done();
        let taken = || ChatError::unavailable("keys: this kid stands for another key");
        published.then_some(()).ok_or_else(taken)
    }
}
