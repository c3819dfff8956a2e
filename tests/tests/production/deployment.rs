//! `ops` as CloudFormation and Secrets Manager invoke it: the real program before a server whose administrator is no superuser, as on
//! RDS.

mod custom_resource;
mod rotation;
mod stack;
mod time;
