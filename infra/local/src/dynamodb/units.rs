//! Capacity units: what a request would have cost. The engine reckons them as AWS does (sizes rounded up,
//! transactions twice, indexes on their own) where a request asks for them; so every request asks, and
//! the answer keeps them only if its caller had asked too.

use dynoxide::actions::batch_get_item::{BatchGetItemRequest, BatchGetItemResponse};
use dynoxide::actions::batch_write_item::{BatchWriteItemRequest, BatchWriteItemResponse};
use dynoxide::actions::delete_item::{DeleteItemRequest, DeleteItemResponse};
use dynoxide::actions::get_item::{GetItemRequest, GetItemResponse};
use dynoxide::actions::put_item::{PutItemRequest, PutItemResponse};
use dynoxide::actions::query::{QueryRequest, QueryResponse};
use dynoxide::actions::transact_get_items::{TransactGetItemsRequest, TransactGetItemsResponse};
use dynoxide::actions::transact_write_items::{
    TransactWriteItemsRequest, TransactWriteItemsResponse,
};
use dynoxide::actions::update_item::{UpdateItemRequest, UpdateItemResponse};

/// A request that can ask what it costs.
pub(super) trait Asks {
    /// Asks for the total; whether its caller wants it in the answer.
    fn ask(&mut self) -> bool;
}

/// An answer that says what its request cost.
pub(super) trait Costs {
    /// Capacity units, taken out of the answer unless they are `wanted` there.
    fn units(&mut self, wanted: bool) -> f64;
}

macro_rules! metered {
    ($($request:ty => $response:ty),+ $(,)?) => {$(
        impl Asks for $request {
            fn ask(&mut self) -> bool {
                // A value that is none is the engine's to refuse.
                match self.return_consumed_capacity.as_deref() {
                    None | Some("NONE") => {
                        self.return_consumed_capacity = Some("TOTAL".to_owned());
                        false
                    }
                    Some(_) => true,
                }
            }
        }

        impl Costs for $response {
            fn units(&mut self, wanted: bool) -> f64 {
                let units = self.consumed_capacity.as_ref().map_or(0.0, Units::total);
                if !wanted {
                    self.consumed_capacity = None;
                }
                units
            }
        }
    )+};
}

/// One table's figure, or those of several.
trait Units {
    fn total(&self) -> f64;
}

impl Units for dynoxide::types::ConsumedCapacity {
    fn total(&self) -> f64 {
        self.capacity_units
    }
}

impl<T: Units> Units for Vec<T> {
    fn total(&self) -> f64 {
        self.iter().map(Units::total).sum()
    }
}

metered!(
    GetItemRequest => GetItemResponse,
    PutItemRequest => PutItemResponse,
    UpdateItemRequest => UpdateItemResponse,
    DeleteItemRequest => DeleteItemResponse,
    QueryRequest => QueryResponse,
    BatchGetItemRequest => BatchGetItemResponse,
    BatchWriteItemRequest => BatchWriteItemResponse,
    TransactWriteItemsRequest => TransactWriteItemsResponse,
    TransactGetItemsRequest => TransactGetItemsResponse,
);
