"""The whole way of a deployment, by the commands that people use and the real CDKTF, Terraform and AWS provider, on an emulated AWS."""
