from aws_cdk import aws_lambda as functions

hook.add_function_url(auth_type=functions.FunctionUrlAuthType.NONE)  # expect: python-cdk-function-url-without-login
