resource "aws_lambda_function" "job" {
  function_name = "job"
  runtime       = "python3.13"
}
