data "aws_iam_policy_document" "onboarding" {
  statement {
    actions   = ["iam:ListUsers", "iam:GetUser"]
    resources = ["*"]
  }

  statement {
    actions   = ["iam:CreateAccessKey"]
    resources = ["arn:aws:iam::*:user/$${aws:username}"]
  }
}
