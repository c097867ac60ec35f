resource "aws_lambda_permission" "organization" {
  action           = "lambda:InvokeFunction"
  function_name    = aws_lambda_function.job.function_name
  principal        = "*"
  principal_org_id = var.organization
}
