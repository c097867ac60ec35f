resource "aws_lambda_function" "job" {
  function_name = "job"
  runtime       = "python3.7" # expect: terraform-function-unsupported-runtime
}
