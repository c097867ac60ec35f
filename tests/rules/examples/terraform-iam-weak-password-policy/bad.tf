resource "aws_iam_account_password_policy" "users" {
  minimum_password_length = 6 # expect: terraform-iam-weak-password-policy
}
