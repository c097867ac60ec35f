resource "aws_lambda_permission" "topic" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.job.function_name
  principal     = "sns.amazonaws.com"
  source_arn    = aws_sns_topic.jobs.arn
}
