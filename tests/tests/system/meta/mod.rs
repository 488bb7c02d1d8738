mod asyncapi;
mod healthz;
mod openapi;
