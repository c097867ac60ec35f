resource "aws_sqs_queue" "orders" {
  name                    = "orders"
  sqs_managed_sse_enabled = false # expect: terraform-unencrypted-queue
}

resource "aws_kinesis_stream" "clicks" {
  name            = "clicks"
  encryption_type = "NONE" # expect: terraform-unencrypted-queue
}
