from aws_cdk import aws_lambda as functions

hook.add_function_url(auth_type=functions.FunctionUrlAuthType.AWS_IAM)
